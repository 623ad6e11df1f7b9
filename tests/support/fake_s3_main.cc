// SPDX-License-Identifier: Apache-2.0
// The fake S3 as a program, for tests in other languages, demos and benchmarks. Prints its port as
// the first line on stdout and serves until it gets SIGTERM or SIGINT.
//   fake_s3 [--address A] [--port P] [--bucket NAME]... [--versioned]
//           [--access-key ID --secret KEY [--token T]] [--region R] [--part-bytes-min N]
//           [--clock-behind SECONDS]
// Without --address only this machine reaches it. What is written under a clock that is behind is
// old at once.
#include <signal.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>

#include "support/fake_s3.h"

namespace silversmith::test {
namespace {

constexpr uint64_t seconds_max = 1'000'000'000;

constexpr char usage[] =
    "usage: fake_s3 [--address A] [--port P] [--bucket NAME]... [--versioned]\n"
    "               [--access-key ID --secret KEY [--token T]] [--region R] [--part-bytes-min N]\n"
    "               [--clock-behind SECONDS]\n";

// The machine's clock, so many seconds behind.
class LateClock : public Clock {
 public:
  explicit LateClock(uint64_t seconds)
      : behind_micros_(static_cast<int64_t>(seconds) * 1'000'000) {}
  int64_t wall_micros() override { return system_clock().wall_micros() - behind_micros_; }
  int64_t steady_micros() override { return system_clock().steady_micros(); }
  Slept sleep_micros(int64_t micros) override { return system_clock().sleep_micros(micros); }

 private:
  int64_t behind_micros_;
};

struct Settings {
  FakeS3Options options;
  uint64_t clock_behind_seconds = 0;
};

std::optional<uint64_t> number(const std::string& text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// False for what is no option of ours.
bool take(const std::string& name, const std::string& value, Settings& settings) {
  FakeS3Options& options = settings.options;
  auto& credentials = options.signing.credentials;
  if (credentials.empty()) credentials.emplace_back();
  auto count = number(value);
  if (name == "--address") return options.address = value, true;
  if (name == "--bucket") return options.buckets.push_back(value), true;
  if (name == "--access-key") return credentials[0].access_key = value, true;
  if (name == "--secret") return credentials[0].secret_key = value, true;
  if (name == "--token") return credentials[0].session_token = value, true;
  if (name == "--region") return options.signing.region = value, true;
  if (name == "--part-bytes-min" && count) return options.limits.part_bytes_min = *count, true;
  if (name == "--clock-behind" && count && *count <= seconds_max) {
    return settings.clock_behind_seconds = *count, true;
  }
  if (name != "--port" || !count || *count > 65'535) return false;
  options.port = static_cast<uint16_t>(*count);
  return true;
}

std::optional<Settings> parse(int count, char** arguments) {
  Settings settings;
  FakeS3Options& options = settings.options;
  for (int i = 1; i < count; ++i) {
    std::string name = arguments[i];
    if (name == "--versioned") {
      options.versioning = Versioning::enabled;
    } else if (i + 1 == count || !take(name, arguments[++i], settings)) {
      return std::nullopt;
    }
  }
  auto& credentials = options.signing.credentials;
  if (!credentials.empty() && credentials[0].access_key.empty()) credentials.clear();
  if (!credentials.empty() && credentials[0].secret_key.empty()) return std::nullopt;
  return settings;
}

int run(int count, char** arguments) {
  auto settings = parse(count, arguments);
  if (!settings) {
    std::fputs(usage, stderr);
    return 2;
  }
  // Before any thread exists, so that none of them takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  LateClock clock(settings->clock_behind_seconds);
  settings->options.clock = &clock;
  auto fake = FakeS3::start(std::move(settings->options));
  if (!fake) {
    std::fprintf(stderr, "fake_s3: %s\n", fake.error().message.c_str());
    return 1;
  }
  std::printf("%u\n", unsigned{(*fake)->port()});
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  return 0;
}

}  // namespace
}  // namespace silversmith::test

int main(int count, char** arguments) { return silversmith::test::run(count, arguments); }
