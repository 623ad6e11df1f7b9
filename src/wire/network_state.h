// SPDX-License-Identifier: Apache-2.0
// What the files of this folder that speak to the AWS Common Runtime share. Not for other folders.
#pragma once

#include <aws/common/common.h>
#include <aws/io/channel_bootstrap.h>
#include <aws/io/event_loop.h>
#include <aws/io/host_resolver.h>
#include <aws/io/tls_channel_handler.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "wire/credentials.h"
#include "wire/network.h"

namespace silversmith::wire {

inline aws_byte_cursor cursor_of(std::string_view text) {
  return {text.size(), reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()))};
}
inline std::string_view text_of(aws_byte_cursor cursor) {
  return {reinterpret_cast<const char*>(cursor.ptr), cursor.len};
}

// How long a client, and the network at its end, wait for the runtime to have ended. Then they
// leave without it: what the runtime still holds stays with it until the process goes.
inline constexpr int64_t left_after_micros = 2'000'000;

// What an error of the runtime means for the work; `doing` is for the message: "GET http://host/x".
Error runtime_error(int failure, const std::string& doing);

struct Network::State {
  explicit State(NetworkOptions options);
  ~State();
  // Frees it, or leaves it to the runtime where that does not end soon.
  static void close(std::unique_ptr<State> state);

  // Fails with denied when the authorities can't be read.
  Result<aws_tls_ctx*> tls();

  void set_trace(std::string trace_id);
  std::string trace();

  NetworkOptions options;
  aws_allocator* allocator = nullptr;
  aws_event_loop_group* loops = nullptr;
  aws_host_resolver* resolver = nullptr;
  aws_client_bootstrap* bootstrap = nullptr;
  std::unique_ptr<Credentials> credentials;  // made by the Network
  std::atomic<int> left = 0;                 // clients and questions that still wait for a callback

 private:
  struct Guarded {
    std::mutex mutex;
    std::string trace;
    aws_tls_ctx* tls = nullptr;
  };
  Guarded guarded_;
};

}  // namespace silversmith::wire
