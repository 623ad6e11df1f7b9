// SPDX-License-Identifier: Apache-2.0
// The commands. Each is thin: it builds the seams, calls smith, and prints. Each returns the exit
// status, or an error that main prints and maps.
#pragma once

#include "base/result.h"
#include "config.h"
#include "console.h"

namespace silversmith::app {

Result<Exit> init_command(const Invocation& invocation, Console& console);
Result<Exit> run_command(const Invocation& invocation, Console& console);
Result<Exit> watch_command(const Invocation& invocation, Console& console);
Result<Exit> backfill_command(const Invocation& invocation, Console& console);
Result<Exit> doctor_command(const Invocation& invocation, Console& console);
Result<Exit> worker_command(const Invocation& invocation, Console& console);
Result<Exit> dlq_command(const Invocation& invocation, Console& console);
Result<Exit> convert_command(const Invocation& invocation, Console& console);
Result<Exit> invoke_command(const Invocation& invocation, Console& console);
Result<Exit> lambda_command(const Invocation& invocation, Console& console);
Result<Exit> event_command(const Invocation& invocation, Console& console);
Result<Exit> runs_command(const Invocation& invocation, Console& console);
Result<Exit> quarantine_command(const Invocation& invocation, Console& console);
Result<Exit> parquet_command(const Invocation& invocation, Console& console);
Result<Exit> catalog_command(const Invocation& invocation, Console& console);
Result<Exit> deploy_command(const Invocation& invocation, Console& console);
Result<Exit> contract_command(const Invocation& invocation, Console& console);

}  // namespace silversmith::app
