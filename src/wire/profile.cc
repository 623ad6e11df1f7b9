// SPDX-License-Identifier: Apache-2.0
#include "wire/profile.h"

#include <aws/common/string.h>
#include <aws/sdkutils/aws_profile.h>
#include <aws/sdkutils/sdkutils.h>

#include "wire/network_state.h"

namespace silversmith::wire {

namespace {

std::string text_of_string(const aws_string* text) {
  return text == nullptr ? std::string() : std::string(text_of(aws_byte_cursor_from_string(text)));
}

aws_profile_collection* read_collection(aws_allocator* allocator, aws_string* path,
                                        aws_profile_source_type source) {
  aws_profile_collection* read =
      path == nullptr ? nullptr : aws_profile_collection_new_from_file(allocator, path, source);
  aws_string_destroy(path);
  return read;
}

}  // namespace

std::string profile_setting(const std::string& profile, const std::string& setting) {
  aws_allocator* allocator = aws_default_allocator();
  aws_sdkutils_library_init(allocator);
  aws_byte_cursor override = cursor_of(profile);
  aws_string* name = aws_get_profile_name(allocator, profile.empty() ? nullptr : &override);
  aws_byte_cursor setting_cursor = cursor_of(setting);
  aws_string* key = aws_string_new_from_cursor(allocator, &setting_cursor);
  aws_profile_collection* configuration =
      read_collection(allocator, aws_get_config_file_path(allocator, nullptr), AWS_PST_CONFIG);
  aws_profile_collection* credentials = read_collection(
      allocator, aws_get_credentials_file_path(allocator, nullptr), AWS_PST_CREDENTIALS);
  std::string found;
  for (aws_profile_collection* collection : {configuration, credentials}) {
    if (collection == nullptr || !found.empty()) continue;
    const aws_profile* known = aws_profile_collection_get_profile(collection, name);
    if (known == nullptr) continue;
    const aws_profile_property* property = aws_profile_get_property(known, key);
    if (property != nullptr) found = text_of_string(aws_profile_property_get_value(property));
  }
  aws_profile_collection_release(configuration);
  aws_profile_collection_release(credentials);
  aws_string_destroy(key);
  aws_string_destroy(name);
  return found;
}

}  // namespace silversmith::wire
