// SPDX-License-Identifier: Apache-2.0
#include "wire/profile.h"

#include <aws/common/string.h>
#include <aws/sdkutils/aws_profile.h>
#include <aws/sdkutils/sdkutils.h>

#include <fstream>

#include "base/text.h"
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

// The setting below the service's name in a services section.
std::string service_setting(const std::string& section, const std::string& service,
                            const std::string& setting) {
  aws_allocator* allocator = aws_default_allocator();
  aws_profile_collection* configuration =
      read_collection(allocator, aws_get_config_file_path(allocator, nullptr), AWS_PST_CONFIG);
  if (configuration == nullptr) return {};
  aws_string* name = aws_string_new_from_c_str(allocator, section.c_str());
  aws_string* key = aws_string_new_from_c_str(allocator, service.c_str());
  aws_string* below = aws_string_new_from_c_str(allocator, setting.c_str());
  std::string found;
  const aws_profile* services =
      aws_profile_collection_get_section(configuration, AWS_PROFILE_SECTION_TYPE_SERVICES, name);
  const aws_profile_property* property =
      services == nullptr ? nullptr : aws_profile_get_property(services, key);
  if (property != nullptr) {
    found = text_of_string(aws_profile_property_get_sub_property(property, below));
  }
  for (aws_string* text : {name, key, below}) aws_string_destroy(text);
  aws_profile_collection_release(configuration);
  return found;
}

}  // namespace

std::string profile_endpoint(const std::string& profile, const std::string& service) {
  std::string ignored = profile_setting(profile, "ignore_configured_endpoint_urls");
  if (equal_ignoring_case(ignored, "true")) return {};
  std::string section = profile_setting(profile, "services");
  std::string own = section.empty() ? "" : service_setting(section, service, "endpoint_url");
  return own.empty() ? profile_setting(profile, "endpoint_url") : own;
}

namespace {

// Calls `look` with that profile in each file that has it.
template <typename Look>
void each_profile(const std::string& profile, const Look& look) {
  aws_allocator* allocator = aws_default_allocator();
  aws_sdkutils_library_init(allocator);
  aws_byte_cursor override = cursor_of(profile);
  aws_string* name = aws_get_profile_name(allocator, profile.empty() ? nullptr : &override);
  aws_profile_collection* configuration =
      read_collection(allocator, aws_get_config_file_path(allocator, nullptr), AWS_PST_CONFIG);
  aws_profile_collection* credentials = read_collection(
      allocator, aws_get_credentials_file_path(allocator, nullptr), AWS_PST_CREDENTIALS);
  for (aws_profile_collection* collection : {configuration, credentials}) {
    if (collection == nullptr) continue;
    const aws_profile* known = aws_profile_collection_get_profile(collection, name);
    if (known != nullptr) look(known);
  }
  aws_profile_collection_release(configuration);
  aws_profile_collection_release(credentials);
  aws_string_destroy(name);
}

Result<> check_file(aws_string* path, aws_profile_source_type source) {
  std::string shown = text_of_string(path);
  aws_profile_collection* read = read_collection(aws_default_allocator(), path, source);
  bool good = read != nullptr;
  aws_profile_collection_release(read);
  bool empty = std::ifstream(shown, std::ios::binary).peek() == std::ifstream::traits_type::eof();
  if (good || empty) return {};
  return Error{Code::denied, shown + " can't be read as a configuration file of AWS tools",
               "mend it, or name another: AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE", ""};
}

}  // namespace

bool profile_known(const std::string& profile) {
  bool known = false;
  each_profile(profile, [&](const aws_profile*) { known = true; });
  return known;
}

Result<> check_profile_files() {
  aws_allocator* allocator = aws_default_allocator();
  aws_sdkutils_library_init(allocator);
  SMITH_TRY(check_file(aws_get_config_file_path(allocator, nullptr), AWS_PST_CONFIG));
  return check_file(aws_get_credentials_file_path(allocator, nullptr), AWS_PST_CREDENTIALS);
}

std::string profile_setting(const std::string& profile, const std::string& setting) {
  aws_string* key = aws_string_new_from_c_str(aws_default_allocator(), setting.c_str());
  std::string found;
  each_profile(profile, [&](const aws_profile* known) {
    const aws_profile_property* property =
        found.empty() ? aws_profile_get_property(known, key) : nullptr;
    if (property != nullptr) found = text_of_string(aws_profile_property_get_value(property));
  });
  aws_string_destroy(key);
  return found;
}

}  // namespace silversmith::wire
