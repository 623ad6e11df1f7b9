// SPDX-License-Identifier: Apache-2.0
#include "option_table.h"

#include <algorithm>

#include "base/text.h"

namespace silversmith::app {

namespace {

using enum OptionKind;

constexpr std::string_view converting =
    "run watch worker invoke lambda backfill sweep convert dlq.redrive";
constexpr std::string_view sized =
    "run watch worker invoke lambda backfill sweep doctor convert dlq.redrive";
constexpr std::string_view promised =
    "run watch worker invoke lambda backfill sweep doctor convert dlq.redrive deploy.iam "
    "deploy.render";
constexpr std::string_view lakes =
    "run watch worker invoke lambda backfill sweep doctor dlq.redrive deploy.iam "
    "deploy.render catalog.sync";
constexpr std::string_view clouds =
    "run watch worker invoke lambda event backfill sweep doctor runs quarantine dlq "
    "catalog.sync";

const std::vector<OptionSpec> options = {
    {"config", value, "FILE", "silversmith.yaml", "", "read settings from this YAML file"},
    {"json", flag, "", "", "", "print one JSON object a result instead of text"},
    {"quiet", flag, "", "", "", "say nothing unless something failed"},
    {"color", value, "WHEN", "auto", "", "auto, always or never"},
    {"no-progress", flag, "", "", "", "no progress line"},
    {"log-format", value, "FORMAT", "text", "", "log to standard error as text or json"},
    {"log-level", value, "LEVEL", "info", "", "debug, info, warn or error"},
    {"threads", value, "N", "0", sized, "worker threads, at most 64; 0 is one a core"},
    {"memory", value, "SIZE", "256MiB", sized, "memory of the process, for example 128MiB"},
    {"kernel", value, "NAME", "", converting, "scan kernel; the default is the best there is"},
    {"types", value, "RULE", "stable", converting, "types without a contract: stable"},
    {"compression", value, "CODEC", "snappy", converting,
     "of silver's pages: snappy, zstd or none"},
    {"contract", value, "FILE", "", promised, "this contract, for every object"},
    {"contracts", value, "DIR", "", lakes, "where contracts are; the default is LAKE/contracts"},
    {"silver", value, "DIR", "",
     "run watch worker invoke lambda backfill sweep doctor runs quarantine dlq deploy.iam "
     "catalog",
     "put silver, quarantine and receipts under this root"},
    {"lake", value, "LAKE", "", "lambda worker dlq deploy.rule catalog.show",
     "the lake; lambda's default is the bucket of each event, with the usual prefixes; dlq looks "
     "into its quarantine, and converts into it"},
    {"database", value, "NAME", "", "lambda catalog",
     "the database of AWS Glue in which tables are; of the function catalog"},
    {"topic", value, "ARN", "", "lambda", "the SNS topic that the function notify tells"},
    {"webhook", value, "URL", "", "lambda",
     "where the function notify posts its messages as JSON; https, and a secret"},
    {"queue", value, "URL", "", "worker backfill sweep",
     "the SQS queue that events come from; of the others, where what is not done is sent"},
    {"concurrency", value, "N", "4", "worker backfill sweep",
     "messages or objects worked on at once, 1 to 64; backfill and sweep of a folder: 1"},
    {"lease-seconds", value, "N", "60", "worker dlq.redrive",
     "a message is ours for so long, and again while work on it goes on"},
    {"drain-seconds", value, "N", "20", "worker",
     "after a signal, what is in work has so long to end"},
    {"metrics", value, "ADDRESS", "", "worker",
     "serve /metrics and /healthz at HOST:PORT; PORT alone is on 127.0.0.1"},
    {"fail-on", value, "WHAT", "never", "run convert",
     "exit 1 also on reject: one of never, reject"},
    {"key", list, "KEY", "", "run", "only this object; may be repeated"},
    {"reprocess", flag, "", "", "run backfill", "also where contract or engine changed"},
    {"force", flag, "", "", "run", "always convert again"},
    {"rate", value, "N", "0", "backfill sweep dlq.redrive lambda",
     "work on at most N objects or messages a second; 0 is as fast as it goes"},
    {"after", value, "KEY", "", "backfill sweep", "begin behind this key"},
    {"min-age", value, "SECONDS", "", "backfill sweep lambda",
     "leave younger objects to their events; sweep: 2 in a folder, 300 in S3; backfill: 0"},
    {"max-age", value, "SECONDS", "0", "sweep lambda",
     "pass over older objects, which an earlier sweep looked at; 0 is none"},
    {"dry-run", flag, "", "", "backfill sweep dlq.redrive catalog.sync",
     "change nothing, list what would be done"},
    {"ddl", flag, "", "", "catalog.show", "print what is typed into Athena instead of JSON"},
    {"emf", flag, "", "", "backfill sweep", "print the metrics as a line for CloudWatch too"},
    {"adopt", flag, "", "", "run", "take over silver that lacks our lineage"},
    {"event", value, "FILE", "-", "invoke", "the event to run; - is standard input"},
    {"output", value, "OUT", "", "convert",
     "where to write; - is standard output, links are followed"},
    {"to", value, "TO", "", "convert dlq.redrive",
     "convert: parquet (the default), csv or jsonl; dlq: a queue's URL, function:NAME or lake; the "
     "default is the queue whose dead letters these are"},
    {"max", value, "N", "0", "dlq",
     "at most so many messages; 0 is 1000, of redrive all that were there at the start"},
    {"yes", flag, "", "", "dlq",
     "don't ask before deleting; look into a queue that redrives itself"},
    {"all", flag, "", "", "dlq.purge", "all messages at once, without looking"},
    {"export", value, "FILE", "", "dlq.purge",
     "add each message to this file, as JSON Lines, before it is deleted"},
    {"text", flag, "", "", "convert",
     "keep every cell's text, type nothing; an empty cell without quotes is null"},
    {"rejects", value, "DIR", "", "convert", "where rejects go; the default is OUT.rejects"},
    {"repair", value, "LIST", "none", "convert", "repairs by name; none is the only one yet"},
    {"delimiter", value, "BYTE", ",", converting, "between fields; \\t is a tab"},
    {"quote-char", value, "BYTE", "\"", converting, "around fields that hold structure"},
    {"no-quote", flag, "", "", converting, "quotes are ordinary bytes"},
    {"escape-char", value, "BYTE", "", converting,
     "inside quotes, the byte that takes the next one literally"},
    {"no-double-quote", flag, "", "", converting, "two quotes inside quotes are not one"},
    {"header", flag, "", "", converting, "the first row is the header (the default)"},
    {"no-header", flag, "", "", converting, "there is no header row"},
    {"header-rows", value, "N,N", "1", converting, "which rows are the header"},
    {"comment-char", value, "TEXT", "", converting, "drop records that begin with this"},
    {"skip-initial-space", flag, "", "", converting, "drop blanks after a delimiter"},
    {"null-sequence", value, "TEXT", "", converting, "a whole unquoted cell that means null"},
    {"encoding", value, "NAME", "utf-8", converting, "of the text; utf-8 is the only one yet"},
    {"line-terminator", value, "TEXT", "", converting, "\\n, \\r\\n or \\r; the default looks"},
    {"region", value, "NAME", "",
     "run watch worker invoke lambda event backfill sweep doctor runs quarantine dlq deploy.iam "
     "catalog.sync",
     "of buckets and queues; the default is AWS_REGION"},
    {"endpoint-url", value, "URL", "", clouds, "another service than AWS's own"},
    {"pattern", value, "FILE", "", "deploy.rule",
     "this event pattern; the default is those of the template's rules for bronze"},
    {"function", value, "NAME", "all", "deploy.iam",
     "the policy of one function: convert, sweep, catalog or notify"},
    {"kms-key", value, "ARN", "", "deploy.iam", "the key that the lake's buckets encrypt with"},
    {"account", value, "ID", "", "deploy.iam", "the account's 12 digits"},
    {"glue-database", value, "NAME", "", "deploy.iam", "the catalog's database"},
    {"convert-role", list, "ARN", "", "deploy.iam",
     "the role of convert, for the bucket's and endpoint's policy; may be repeated"},
    {"sweep-role", list, "ARN", "", "deploy.iam", "the role of sweep; may be repeated"},
    {"limit", value, "N", "20", "quarantine.show parquet.head", "show at most this many"},
};

const std::vector<CommandSpec> commands = {
    {"init", "LAKE", "make a lake: folders, an example contract, a README"},
    {"run", "LAKE", "converge every bronze object once"},
    {"watch", "LAKE", "keep converging as files arrive, until stopped"},
    {"worker", "", "take events from an SQS queue and converge what they name, until stopped"},
    {"convert", "SRC [OUT]", "convert one file; - is standard input"},
    {"invoke", "LAKE", "run one event through the Lambda handler and print its answer"},
    {"lambda", "",
     "be the Lambda function: answer the Runtime API until it ends (as bootstrap does)"},
    {"backfill", "LAKE", "convert every bronze object that is not in silver, and account for all"},
    {"sweep", "LAKE", "the same for what events lost, cheap enough to be run every few minutes"},
    {"doctor", "[LAKE]", "probe the lake's store, rights, clock and limits, and say what to fix"},
    {"dlq ls", "URL", "list the messages of a queue of failures, and leave them there"},
    {"dlq show", "URL ID...", "show messages whole: event, error, what to do"},
    {"dlq redrive", "URL [ID...]",
     "send failed events once more; each leaves the queue when it is "
     "taken"},
    {"dlq purge", "URL [ID...]", "delete messages for good"},
    {"event eventbridge", "LAKE KEY", "print the event of EventBridge about one object"},
    {"event s3", "LAKE KEY", "print the notification of S3 about it"},
    {"event sqs", "LAKE KEY", "print a batch of SQS around the event of EventBridge"},
    {"event sns", "LAKE KEY", "print what SNS makes of the notification of S3"},
    {"runs ls", "LAKE", "list runs, from receipts"},
    {"runs show", "LAKE KEY", "show the receipts of one object"},
    {"quarantine ls", "LAKE", "list what is in quarantine"},
    {"quarantine show", "LAKE KEY", "show the rejects of one object, with their reasons"},
    {"parquet schema", "FILE", "columns and types"},
    {"parquet meta", "FILE", "everything in the footer, as JSON"},
    {"parquet head", "FILE", "the first rows"},
    {"parquet digest", "FILE", "the content digest"},
    {"parquet verify", "FILE", "check every page, count, statistic and checksum"},
    {"deploy render", "",
     "print the CloudFormation template, with a Glue table for each contract given"},
    {"deploy lint", "FILE", "check a CloudFormation template, an event pattern or an IAM policy"},
    {"deploy iam", "LAKE", "print the least policies for a lake"},
    {"deploy rule", "KEY...", "say which keys a rule's pattern matches"},
    {"contract lint", "FILE", "check a contract"},
    {"contract show", "FILE", "a contract with every default filled in"},
    {"catalog show", "CONTRACT...", "the tables of contracts, as AWS Glue takes them"},
    {"catalog sync", "LAKE",
     "make or add to the tables of a lake's contracts, and register "
     "partitions"},
    {"version", "", "print the version"},
};

std::string commands_text(std::string_view list) {
  std::string text;
  for (std::string_view one : split(list, ' '))
    text += (text.empty() ? "" : ", ") + std::string(one);
  std::replace(text.begin(), text.end(), '.', ' ');
  return text;
}

}  // namespace

const std::vector<OptionSpec>& option_table() { return options; }

bool command_takes(std::string_view command, const OptionSpec& option) {
  if (option.commands.empty()) return true;
  std::string path(command);
  std::replace(path.begin(), path.end(), ' ', '.');
  for (std::string_view one : split(option.commands, ' ')) {
    if (path == one || path.starts_with(std::string(one) + ".")) return true;
  }
  return false;
}
const std::vector<CommandSpec>& command_table() { return commands; }

const OptionSpec* find_option(std::string_view name) {
  auto found = std::find_if(options.begin(), options.end(),
                            [&](const OptionSpec& option) { return option.name == name; });
  return found == options.end() ? nullptr : &*found;
}

std::string variable_of(std::string_view name) {
  std::string text = "SILVERSMITH_";
  for (char c : name) text += c == '-' ? '_' : static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
  return text;
}

std::string configuration_page() {
  std::string page =
      "# Configuration\n\n"
      "Every option is a flag, an environment variable and a key of the YAML configuration file "
      "(`--config FILE`, else `./silversmith.yaml`, else "
      "`$XDG_CONFIG_HOME/silversmith/config.yaml`). A flag wins over the variable, the variable "
      "over the contract, the contract over the file, the file over the default. This page is "
      "printed from the program's own table; a test compares the two.\n\n"
      "| flag | variable | default | commands | meaning |\n|---|---|---|---|---|\n";
  for (const OptionSpec& option : options) {
    page += "| `--" + std::string(option.name) +
            (option.value.empty() ? "" : " " + std::string(option.value)) + "` | `" +
            variable_of(option.name) + "` | " +
            (option.otherwise.empty() ? "" : "`" + std::string(option.otherwise) + "`") + " | " +
            (option.commands.empty() ? "all" : commands_text(option.commands)) + " | " +
            std::string(option.help) + " |\n";
  }
  return page;
}

}  // namespace silversmith::app
