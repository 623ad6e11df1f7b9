// SPDX-License-Identifier: Apache-2.0
#include "wire/credentials.h"

#include <aws/auth/credentials.h>
#include <aws/common/condition_variable.h>
#include <aws/common/error.h>
#include <aws/common/mutex.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "wire/credential_sources.h"
#include "wire/network_state.h"
#include "wire/profile.h"

namespace silversmith::wire {

namespace {

constexpr int64_t second = 1'000'000;
// Asked anew so long before they end; and what does not end, so long after it was read.
constexpr int64_t ahead_micros = 300 * second;
constexpr int64_t kept_micros = 900 * second;
// No source is asked again so soon after it failed: requests that go out together ask once.
constexpr int64_t failed_micros = second;
// Nor so soon where the old ones are still good.
constexpr int64_t spared_micros = 30 * second;

CredentialsHandle share_of(const CredentialsHandle& credentials) {
  aws_credentials_acquire(credentials.get());
  return CredentialsHandle(credentials.get());
}

// What a provider of the runtime answers, waited for.
struct Asking {
  aws_mutex mutex = AWS_MUTEX_INIT;
  aws_condition_variable changed = AWS_CONDITION_VARIABLE_INIT;
  aws_credentials* credentials = nullptr;
  int failure = 0;
  bool done = false;

  static void told(aws_credentials* credentials, int failure, void* self) {
    auto* asking = static_cast<Asking*>(self);
    aws_mutex_lock(&asking->mutex);
    if (credentials != nullptr) aws_credentials_acquire(credentials);
    asking->credentials = credentials;
    asking->failure = failure;
    asking->done = true;
    aws_condition_variable_notify_all(&asking->changed);
    aws_mutex_unlock(&asking->mutex);
  }
};

// Takes the provider. Fails with the runtime's error.
CredentialsHandle ask(aws_credentials_provider* provider, int& failure) {
  Asking asking;
  failure = aws_last_error();
  if (provider == nullptr) return nullptr;
  if (aws_credentials_provider_get_credentials(provider, Asking::told, &asking) != 0) {
    failure = aws_last_error();
  } else {
    aws_mutex_lock(&asking.mutex);
    aws_condition_variable_wait_pred(
        &asking.changed, &asking.mutex, [](void* self) { return static_cast<Asking*>(self)->done; },
        &asking);
    aws_mutex_unlock(&asking.mutex);
    failure = asking.failure;
  }
  aws_credentials_provider_release(provider);
  return CredentialsHandle(asking.credentials);
}

// Whether the profile says how to come by credentials, in a way that the runtime knows.
bool has_credentials(const std::string& profile) {
  for (const char* setting : {"aws_access_key_id", "aws_secret_access_key", "credential_process"}) {
    if (!profile_setting(profile, setting).empty()) return true;
  }
  return !profile_setting(profile, "role_arn").empty();
}

// The options with what a profile says that takes its role for a web identity.
std::optional<CredentialOptions> identity_of_profile(CredentialOptions options) {
  const std::string& profile = options.profile;
  std::string file = profile_setting(profile, "web_identity_token_file");
  bool other = !profile_setting(profile, "source_profile").empty() ||
               !profile_setting(profile, "credential_source").empty();
  if (file.empty() || other) return std::nullopt;
  options.web_identity_token_file = file;
  options.role_arn = profile_setting(profile, "role_arn");
  options.role_session_name = profile_setting(profile, "role_session_name");
  return options;
}

std::string shown_profile(const std::string& profile) {
  return "the profile " + (profile.empty() ? std::string("default") : profile);
}

Error profile_error(const std::string& profile, int failure) {
  Error error = runtime_error(failure, shown_profile(profile) + " gives no credentials");
  // What STS said to a profile's role is lost in the runtime; a try more does no harm.
  if (failure == AWS_AUTH_CREDENTIALS_PROVIDER_HTTP_STATUS_FAILURE) {
    error.hint = "STS gave an error that the AWS library keeps to itself: see the role's trust";
    return error;
  }
  bool asked = failure == AWS_AUTH_CREDENTIALS_PROVIDER_STS_SOURCE_FAILURE;
  bool ours =
      failure >= AWS_AUTH_SIGNING_UNSUPPORTED_ALGORITHM && failure < AWS_AUTH_ERROR_END_RANGE;
  if (ours && !asked) {
    error.code = Code::denied;
    error.hint = "see that profile in ~/.aws/config and ~/.aws/credentials";
  }
  return error;
}

}  // namespace

void CredentialsRelease::operator()(aws_credentials* credentials) const {
  aws_credentials_release(credentials);
}

struct Credentials::State {
  explicit State(Network& given) : network(given) {}

  struct Guarded {
    std::mutex mutex;
    CredentialsHandle held;
    int64_t ends = 0;      // wall clock
    int64_t ask_from = 0;  // when a source is asked next
    std::optional<Error> failure;
  };

  Result<CredentialsHandle> find(Network::State& state, const std::atomic<bool>* stop);
  Result<CredentialsHandle> from_profile(Network::State& state) const;

  Network& network;
  Guarded guarded;
};

Result<CredentialsHandle> Credentials::State::from_profile(Network::State& state) const {
  const std::string& profile = state.options.credentials.profile;
  aws_credentials_provider_profile_options options = {};
  options.bootstrap = state.bootstrap;
  options.tls_ctx = SMITH_TRY(state.tls());
  // An empty name would be a profile called "", and the default one never found.
  if (!profile.empty()) options.profile_name_override = cursor_of(profile);
  int failure = 0;
  CredentialsHandle found =
      ask(aws_credentials_provider_new_profile(state.allocator, &options), failure);
  if (found == nullptr) return profile_error(profile, failure);
  return found;
}

Result<CredentialsHandle> Credentials::State::find(Network::State& state,
                                                   const std::atomic<bool>* stop) {
  const CredentialOptions& options = state.options.credentials;
  if (state.options.credentials_in_environment) {
    aws_credentials_provider_environment_options environment = {};
    int failure = 0;
    CredentialsHandle found =
        ask(aws_credentials_provider_new_environment(state.allocator, &environment), failure);
    if (found != nullptr) return found;
    return runtime_error(failure, "credentials from the environment");
  }
  std::optional<CredentialOptions> own = identity_of_profile(options);
  SourceSetup setup{network, own.has_value() ? *own : options, stop};
  std::optional<FoundCredentials> found;
  if (own.has_value()) {
    found = SMITH_TRY(from_web_identity(setup));
  } else if (has_credentials(options.profile)) {
    return from_profile(state);
  } else if (!options.web_identity_token_file.empty()) {
    found = SMITH_TRY(from_web_identity(setup));
  } else if (!options.container_url.empty()) {
    found = SMITH_TRY(from_container(setup));
  } else if (options.instance) {
    found = SMITH_TRY(from_instance(setup));
  }
  if (found.has_value()) {
    uint64_t ends = found->expires_micros == 0
                        ? UINT64_MAX
                        : static_cast<uint64_t>(found->expires_micros / second);
    return CredentialsHandle(aws_credentials_new(state.allocator, cursor_of(found->access_key_id),
                                                 cursor_of(found->secret_access_key),
                                                 cursor_of(found->session_token), ends));
  }
  std::string instance = options.instance ? "instance metadata at " + options.instance_url +
                                                " (nobody there, or no role)"
                                          : "instance metadata (switched off)";
  return Error{Code::denied,
               "no credentials: tried the environment, " + shown_profile(options.profile) +
                   ", a web identity, a container's endpoint (none is configured), and " + instance,
               "give credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a "
               "role",
               ""};
}

Credentials::Credentials(Network& network) : state_(std::make_unique<State>(network)) {}
Credentials::~Credentials() = default;

Result<CredentialsHandle> Credentials::current(const std::atomic<bool>* stop) {
  State::Guarded& guarded = state_->guarded;
  std::scoped_lock lock(guarded.mutex);
  int64_t now = system_clock().wall_micros();
  bool good = guarded.held != nullptr && now < guarded.ends;
  if (now < guarded.ask_from) {
    if (good) return share_of(guarded.held);
    if (guarded.failure.has_value()) return *guarded.failure;
  }
  Result<CredentialsHandle> found = state_->find(*state_->network.state_, stop);
  now = system_clock().wall_micros();
  if (!found.ok()) {
    if (found.error().code != Code::stopped) {
      guarded.failure = found.error();
      // The old ones are told meanwhile, and no longer than they last.
      guarded.ask_from = good ? std::min(now + spared_micros, guarded.ends) : now + failed_micros;
    }
    if (good) return share_of(guarded.held);
    return std::move(found).error();
  }
  guarded.failure.reset();
  guarded.held = std::move(*found);
  uint64_t ends = aws_credentials_get_expiration_timepoint_seconds(guarded.held.get());
  guarded.ends = ends > INT64_MAX / second ? INT64_MAX : static_cast<int64_t>(ends) * second;
  guarded.ask_from = std::min(now + kept_micros, guarded.ends - ahead_micros);
  // Ones that end soon are what the source has: it is asked again, but not for each request.
  guarded.ask_from = std::max(guarded.ask_from, now + failed_micros);
  return share_of(guarded.held);
}

}  // namespace silversmith::wire
