// SPDX-License-Identifier: Apache-2.0
// The checks of `silversmith doctor`, each adding to a Diagnosis what it finds: this machine, a
// root in a folder, a root in a bucket, the contracts. None fails; what could not be found out is a
// finding.
#pragma once

#include <string>

#include "config.h"
#include "diagnosis.h"
#include "lake.h"

namespace silversmith::app {

// `scratch` is where files go that pass the memory budget.
void check_machine(const Settings& settings, const std::string& scratch, Diagnosis& diagnosis);

// What a lake does in one of its roots.
enum class Role : uint8_t { all, read, write };

void check_folder(const std::string& root, Role role, Diagnosis& diagnosis);
// False when the bucket can't be talked to at all.
bool check_bucket(Lake& lake, Role role, const Settings& settings, Diagnosis& diagnosis);
void check_contracts(Lake& lake, const Settings& settings, Diagnosis& diagnosis);

}  // namespace silversmith::app
