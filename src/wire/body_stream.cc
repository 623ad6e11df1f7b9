// SPDX-License-Identifier: Apache-2.0
#include "wire/body_stream.h"

#include <aws/io/stream.h>

#include <algorithm>
#include <span>

#include "base/clock.h"

namespace silversmith::wire {

namespace {

// A request's body as the runtime reads it.
struct BodyStream {
  aws_input_stream stream;
  aws_allocator* allocator;
  RandomAccess* body;
  std::atomic<int64_t>* moved;  // when the last byte was taken
  uint64_t position;
};

int seek_body(aws_input_stream* stream, int64_t offset, aws_stream_seek_basis basis) {
  auto* self = static_cast<BodyStream*>(stream->impl);
  uint64_t from = basis == AWS_SSB_END ? self->body->size() : 0;
  self->position = from + static_cast<uint64_t>(offset);
  return AWS_OP_SUCCESS;
}

int read_body(aws_input_stream* stream, aws_byte_buf* into) {
  auto* self = static_cast<BodyStream*>(stream->impl);
  size_t count =
      std::min<uint64_t>(into->capacity - into->len, self->body->size() - self->position);
  std::span<char> room(reinterpret_cast<char*>(into->buffer) + into->len, count);
  if (!self->body->read_at(self->position, room).ok())
    return aws_raise_error(AWS_IO_STREAM_READ_FAILED);
  into->len += count;
  self->position += count;
  *self->moved = system_clock().steady_micros();
  return AWS_OP_SUCCESS;
}

int look_at_body(aws_input_stream* stream, aws_stream_status* status) {
  auto* self = static_cast<BodyStream*>(stream->impl);
  status->is_valid = true;
  status->is_end_of_stream = self->position == self->body->size();
  return AWS_OP_SUCCESS;
}

int measure_body(aws_input_stream* stream, int64_t* length) {
  *length = static_cast<int64_t>(static_cast<BodyStream*>(stream->impl)->body->size());
  return AWS_OP_SUCCESS;
}

constexpr aws_input_stream_vtable body_calls = {seek_body,    read_body, look_at_body,
                                                measure_body, nullptr,   nullptr};

}  // namespace

aws_input_stream* make_body_stream(aws_allocator* allocator, RandomAccess& body,
                                   std::atomic<int64_t>& moved) {
  auto* self = static_cast<BodyStream*>(aws_mem_calloc(allocator, 1, sizeof(BodyStream)));
  self->allocator = allocator;
  self->body = &body;
  self->moved = &moved;
  self->stream.impl = self;
  self->stream.vtable = &body_calls;
  aws_ref_count_init(&self->stream.ref_count, self, [](void* gone) {
    aws_mem_release(static_cast<BodyStream*>(gone)->allocator, gone);
  });
  return &self->stream;
}

}  // namespace silversmith::wire
