// SPDX-License-Identifier: Apache-2.0
// Raw requests on scratch objects of S3, whose answers are looked at whatever they say, and the
// removal of everything that they made. For the probes alone.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "store/s3_service.h"

namespace silversmith::store {

// What S3 said.
struct Said {
  int status = 0;
  std::string name;       // of the error; "" of a good answer, and where HEAD has no body
  std::string tag;        // ETag, without quotes
  std::string version;    // of what was written
  std::string upload_id;  // of CreateMultipartUpload
  // The request was repeated after passing trouble: an earlier try of it may have had its effect.
  bool repeated = false;

  bool good() const { return status / 100 == 2; }
  std::string text() const;  // "412 PreconditionFailed"
};

class S3Scratch {
 public:
  using Headers = std::vector<wire::Header>;

  explicit S3Scratch(S3Service& service) : service_(service) {}

  // Fail with busy, denied (no credentials and the like), stopped: no answer at all.
  Result<Said> put(const std::string& key, const std::string& bytes, const Headers& headers);
  Result<Said> head(const std::string& key, const Headers& headers);
  Result<Said> read(const std::string& key, const Headers& headers);
  Result<Said> remove(const std::string& key, const Headers& headers);
  Result<Said> remove_version(const std::string& key, const std::string& version);
  // CreateMultipartUpload; with one part of those bytes.
  Result<Said> begin(const std::string& key);
  struct Part {
    std::string key;
    std::string upload_id;
    std::string tag;
    std::string bytes;
  };
  Result<Part> begin_with_part(const std::string& key, const std::string& bytes);
  Result<Said> complete(const Part& part, const Headers& headers);
  Result<Said> abort(const std::string& key, const std::string& upload_id);

  // All at once, one try each; those without an answer are left out.
  std::vector<Said> put_at_once(const std::string& key, const std::vector<std::string>& bytes,
                                const wire::Header& condition);
  std::vector<Said> complete_at_once(const std::vector<Part>& parts, const wire::Header& condition);

  // Removes every version that was made. What could not be removed, by where().
  std::vector<std::string> clear();

 private:
  struct Made {
    std::string key;
    std::string version;  // "" where the bucket keeps none
  };
  Result<Said> ask(const S3Request& request);
  std::vector<Said> ask_at_once(const std::deque<S3Request>& requests);
  Said said_by(const S3Request& request, const wire::HttpAnswer& answer);

  S3Service& service_;
  std::vector<Made> made_;
  std::vector<Part> open_;  // uploads neither completed nor aborted
};

}  // namespace silversmith::store
