// SPDX-License-Identifier: Apache-2.0
#include "wire/date.h"

#include <aws/common/date_time.h>

#include "wire/network_state.h"

namespace silversmith::wire {

int64_t date_micros(std::string_view text) {
  aws_byte_cursor cursor = cursor_of(text);
  aws_date_time date = {};
  if (aws_date_time_init_from_str_cursor(&date, &cursor, AWS_DATE_FORMAT_AUTO_DETECT) != 0)
    return 0;
  return static_cast<int64_t>(aws_date_time_as_millis(&date)) * 1000;
}

}  // namespace silversmith::wire
