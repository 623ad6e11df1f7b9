// SPDX-License-Identifier: Apache-2.0
// Whether a store keeps what the commit protocol is built on: conditional writes, tried out on
// scratch objects, row by row, and the rights to make them. What `silversmith doctor` shows. Plain
// findings here; the S3 that is asked is store/s3_probe.h's and store/s3_rights.h's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace silversmith::store {

// What goes wrong in a lake where a row does not hold.
enum class Need : uint8_t {
  always,  // exactly once
  parts,   // the same, for what is too long for one PUT
  never,   // nothing: a difference from S3 to know about
};

struct ProbeRow {
  std::string name;  // "PUT If-None-Match: * where an object is"
  Need need = Need::always;
  std::string wanted;  // "412"
  std::string found;   // "200"
  bool holds = false;
};

enum class Trust : uint8_t {
  trusted,
  single_put_only,  // uploads in parts are not protected
  not_trusted,
  unknown,  // it could not be tried out to the end
};
std::string_view name_of(Trust trust);

// What a bucket does with what is overwritten.
enum class Versions : uint8_t { unknown, kept, none };

enum class RightState : uint8_t { held, missing, unknown };
enum class RightNeed : uint8_t { to_convert, to_sweep_well };

struct RightRow {
  std::string right;  // "s3:GetObject"
  std::string on;     // "s3://lake/bronze/*"
  RightNeed need = RightNeed::to_convert;
  RightState state = RightState::unknown;
  std::string found;  // "403 AccessDenied"
  std::string hint;   // what more there is to know; may be empty
};

struct RightsQuery {
  std::vector<std::string> read = {};    // prefixes that are listed and read
  std::vector<std::string> write = {};   // prefixes that are written to, on conditions
  std::vector<std::string> upload = {};  // of these, where uploads in parts may be
  bool sweeps = false;                   // bronze is here: versions are listed
  std::string scratch = {};              // in front of what names no object, ends a prefix
};

struct Rights {
  std::vector<RightRow> rows;
  int64_t clock_ahead_micros = 0;         // ours, of the service's
  std::string region;                     // the bucket's, as the service says; "" when it doesn't
  Versions versions = Versions::unknown;  // as far as an object tells that is there
  std::optional<Error> error;             // the bucket can't be talked to at all
  std::vector<std::string> left = {};     // what could not be removed, by where()
};

// How a name in Probe::left ends that is an upload in parts, neither completed nor aborted.
inline constexpr std::string_view upload_left = " (an upload in parts)";

struct Probe {
  std::vector<ProbeRow> rows;
  std::optional<Error> error;  // what ended it early
  std::string not_tried;       // why nothing was tried: scratch objects could not be removed
  std::string missing_right;   // that this was for: "s3:DeleteObjectVersion"
  Versions versions = Versions::unknown;
  std::vector<std::string> left;  // scratch objects that could not be removed, by where()

  Trust trust() const;
  // The names of rows that do not hold and are needed.
  std::vector<std::string> failed() const;
};

// Tries the conditions of the seam itself, on keys that begin with `scratch`, which the caller
// removes. For a folder: a store of its own on the lake's file system.
Probe probe_store(Store& store, const std::string& scratch);

}  // namespace silversmith::store
