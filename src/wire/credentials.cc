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
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "wire/credential_process.h"
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

constexpr int64_t look_nanos = 50'000'000;
constexpr int64_t asking_micros_max = 60 * second;
constexpr int gave_up = -1;
constexpr size_t chain_max = 8;

// What a provider of the runtime answers, waited for. Where nobody waits any more, the answer frees
// it, and the network does not end before that.
struct Asking {
  explicit Asking(std::atomic<int>& count) : left_ones(count) {}

  std::atomic<int>& left_ones;
  aws_mutex mutex = AWS_MUTEX_INIT;
  aws_condition_variable changed = AWS_CONDITION_VARIABLE_INIT;
  CredentialsHandle credentials;
  int failure = 0;
  bool done = false;
  bool left = false;

  static void told(aws_credentials* credentials, int failure, void* self) {
    auto* asking = static_cast<Asking*>(self);
    aws_mutex_lock(&asking->mutex);
    if (credentials != nullptr) aws_credentials_acquire(credentials);
    asking->credentials.reset(credentials);
    asking->failure = failure;
    asking->done = true;
    bool left = asking->left;
    aws_condition_variable_notify_all(&asking->changed);
    aws_mutex_unlock(&asking->mutex);
    if (!left) return;
    std::unique_ptr<Asking> last(asking);
    --last->left_ones;
  }
};

// Takes the provider. Fails with the runtime's error, or with gave_up.
CredentialsHandle ask(std::atomic<int>& left_ones, aws_credentials_provider* provider,
                      const std::atomic<bool>* stop, int& failure) {
  failure = aws_last_error();
  if (provider == nullptr) return nullptr;
  auto asking = std::make_unique<Asking>(left_ones);
  if (aws_credentials_provider_get_credentials(provider, Asking::told, asking.get()) != 0) {
    failure = aws_last_error();
    aws_credentials_provider_release(provider);
    return nullptr;
  }
  int64_t until = system_clock().steady_micros() + asking_micros_max;
  bool over = false;
  aws_mutex_lock(&asking->mutex);
  while (!asking->done && !over) {
    aws_condition_variable_wait_for(&asking->changed, &asking->mutex, look_nanos);
    over = (stop != nullptr && *stop) || system_clock().steady_micros() > until;
  }
  bool left = !asking->done;
  asking->left = left;
  if (left) ++left_ones;
  Asking* given_up = left ? asking.release() : nullptr;
  aws_mutex_unlock(left ? &given_up->mutex : &asking->mutex);
  aws_credentials_provider_release(provider);
  failure = left ? gave_up : asking->failure;
  return left ? nullptr : std::move(asking->credentials);
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
  bool has_role = !profile_setting(profile, "role_arn").empty();
  std::string doing = shown_profile(profile) + " gives no credentials";
  // The runtime tells no error where it could not ask, and keeps what STS said to itself.
  if (failure == 0 || failure == gave_up) {
    if (has_role) doing += ": STS, asked for its role, was not reached or did not answer";
    return {Code::busy, doing, "see that this machine reaches STS", ""};
  }
  Error error = runtime_error(failure, doing);
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

bool has_keys(const std::string& profile) {
  return !profile_setting(profile, "aws_access_key_id").empty() ||
         !profile_setting(profile, "aws_secret_access_key").empty();
}

// The profile and those that its role and theirs are taken by; the last one takes no role.
// Fails with denied when one of them isn't there.
Result<std::vector<std::string>> chain_of(const std::string& profile) {
  std::vector<std::string> chain = {profile};
  while (chain.size() < chain_max && !profile_setting(chain.back(), "role_arn").empty()) {
    std::string source = profile_setting(chain.back(), "source_profile");
    if (source.empty() || source == chain.back()) break;
    if (!profile_known(source)) {
      return Error{Code::denied,
                   shown_profile(chain.back()) + " has the source_profile " + show(source) +
                       ", which is in no file",
                   "add that profile to ~/.aws/config, or name another", ""};
    }
    chain.push_back(source);
  }
  return chain;
}

// Fails with denied for a profile that was named and can't be used: to look further would be to
// take another identity.
Result<> check_profile(const std::string& profile) {
  SMITH_TRY(check_profile_files());
  if (!profile.empty() && !profile_known(profile)) {
    return Error{Code::denied, "AWS_PROFILE names " + show(profile) + ", which is in no file",
                 "add that profile to ~/.aws/config or ~/.aws/credentials, or unset AWS_PROFILE",
                 ""};
  }
  bool sso = false;
  for (const char* setting : {"sso_session", "sso_start_url", "login_session"}) {
    sso = sso || !profile_setting(profile, setting).empty();
  }
  if (!sso || has_credentials(profile)) return {};
  return Error{Code::denied,
               shown_profile(profile) + " signs in by SSO, which silversmith does not support",
               "make a profile with credential_process = aws configure export-credentials "
               "--profile NAME --format process, and name it in AWS_PROFILE",
               ""};
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
  Result<CredentialsHandle> from_profile(Network::State& state,
                                         const std::atomic<bool>* stop) const;

  Network& network;
  Guarded guarded;
};

namespace {

CredentialsHandle handle_of(aws_allocator* allocator, const FoundCredentials& found) {
  uint64_t ends =
      found.expires_micros == 0 ? UINT64_MAX : static_cast<uint64_t>(found.expires_micros / second);
  return CredentialsHandle(aws_credentials_new(allocator, cursor_of(found.access_key_id),
                                               cursor_of(found.secret_access_key),
                                               cursor_of(found.session_token), ends));
}

// How STS is reached.
struct StsWay {
  aws_allocator* allocator;
  aws_client_bootstrap* bootstrap;
  aws_tls_ctx* tls;
};

// The roles of a chain, from its end, with what the program at its end gives.
aws_credentials_provider* roles_over(const StsWay& way, const std::vector<std::string>& chain,
                                     const FoundCredentials& found) {
  aws_credentials_provider_static_options base = {};
  base.access_key_id = cursor_of(found.access_key_id);
  base.secret_access_key = cursor_of(found.secret_access_key);
  base.session_token = cursor_of(found.session_token);
  aws_credentials_provider* provider = aws_credentials_provider_new_static(way.allocator, &base);
  for (size_t i = chain.size() - 1; i-- > 0 && provider != nullptr;) {
    std::string role = profile_setting(chain[i], "role_arn");
    std::string session = profile_setting(chain[i], "role_session_name");
    std::string external = profile_setting(chain[i], "external_id");
    if (session.empty()) session = "silversmith";
    aws_credentials_provider_sts_options options = {};
    options.bootstrap = way.bootstrap;
    options.tls_ctx = way.tls;
    options.creds_provider = provider;
    options.role_arn = cursor_of(role);
    options.session_name = cursor_of(session);
    options.external_id = cursor_of(external);
    options.duration_seconds = 900;
    aws_credentials_provider* over = aws_credentials_provider_new_sts(way.allocator, &options);
    aws_credentials_provider_release(provider);
    provider = over;
  }
  return provider;
}

}  // namespace

Result<CredentialsHandle> Credentials::State::from_profile(Network::State& state,
                                                           const std::atomic<bool>* stop) const {
  const std::string& profile = state.options.credentials.profile;
  std::vector<std::string> chain = SMITH_TRY(chain_of(profile));
  std::string command = profile_setting(chain.back(), "credential_process");
  bool by_process = !command.empty() && !has_keys(chain.back()) &&
                    profile_setting(chain.back(), "role_arn").empty();
  aws_credentials_provider* provider = nullptr;
  if (by_process) {
    CredentialProcess process{shown_profile(chain.back()), command};
    process.stop = stop;
    FoundCredentials found = SMITH_TRY(from_process(process));
    if (chain.size() == 1) return handle_of(state.allocator, found);
    provider = roles_over({state.allocator, state.bootstrap, SMITH_TRY(state.tls())}, chain, found);
  } else {
    aws_credentials_provider_profile_options options = {};
    options.bootstrap = state.bootstrap;
    options.tls_ctx = SMITH_TRY(state.tls());
    // An empty name would be a profile called "", and the default one never found.
    if (!profile.empty()) options.profile_name_override = cursor_of(profile);
    provider = aws_credentials_provider_new_profile(state.allocator, &options);
  }
  int failure = 0;
  CredentialsHandle found = ask(state.left, provider, stop, failure);
  if (found != nullptr) return found;
  if (stop != nullptr && *stop) return Error{Code::stopped, "asked to stop", "", ""};
  return profile_error(profile, failure);
}

Result<CredentialsHandle> Credentials::State::find(Network::State& state,
                                                   const std::atomic<bool>* stop) {
  const CredentialOptions& options = state.options.credentials;
  if (state.options.credentials_in_environment) {
    aws_credentials_provider_environment_options environment = {};
    int failure = 0;
    CredentialsHandle found =
        ask(state.left, aws_credentials_provider_new_environment(state.allocator, &environment),
            stop, failure);
    if (found != nullptr) return found;
    return Error{Code::denied,
                 "of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is in the environment",
                 "set both, or neither", ""};
  }
  SMITH_TRY(check_profile(options.profile));
  std::optional<CredentialOptions> own = identity_of_profile(options);
  SourceSetup setup{network, own.has_value() ? *own : options, stop};
  std::optional<FoundCredentials> found;
  if (own.has_value()) {
    found = SMITH_TRY(from_web_identity(setup));
  } else if (has_credentials(options.profile)) {
    return from_profile(state, stop);
  } else if (!options.web_identity_token_file.empty()) {
    found = SMITH_TRY(from_web_identity(setup));
  } else if (!options.container_url.empty()) {
    found = SMITH_TRY(from_container(setup));
  } else if (options.instance) {
    found = SMITH_TRY(from_instance(setup));
  }
  if (found.has_value()) {
    if (found->expires_micros != 0 && found->expires_micros <= system_clock().wall_micros()) {
      return Error{
          Code::busy,
          "the credentials that were given had expired at " + rfc3339(found->expires_micros),
          "see the clock of this machine, and the source of its credentials", ""};
    }
    return handle_of(state.allocator, *found);
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
