# SPDX-License-Identifier: Apache-2.0
# One variable for each parameter of the template, with its default and its rules: a test compares them.

variable "lake_bucket" {
  description = "The bucket with bronze/ in it, and with silver/ unless SilverBucket names another."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$", var.lake_bucket))
    error_message = "lake_bucket must match [a-z0-9][a-z0-9.-]{1,61}[a-z0-9]."
  }
}

variable "create_lake_bucket" {
  description = "Make that bucket. With no, it exists, and an output says what must be set on it."
  type        = string
  default     = "yes"

  validation {
    condition     = contains(["yes", "no"], var.create_lake_bucket)
    error_message = "create_lake_bucket must be one of yes, no."
  }
}

variable "silver_bucket" {
  description = "Another bucket for silver, quarantine and receipts; empty is LakeBucket."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$", var.silver_bucket))
    error_message = "silver_bucket must match |[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]."
  }
}

variable "create_silver_bucket" {
  description = "Make that other bucket. Means nothing while SilverBucket is empty."
  type        = string
  default     = "yes"

  validation {
    condition     = contains(["yes", "no"], var.create_silver_bucket)
    error_message = "create_silver_bucket must be one of yes, no."
  }
}

variable "lake_prefix" {
  description = "Where the lake begins in its buckets, for example team-a/; empty is the whole bucket."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(([A-Za-z0-9_.=-]+/)*)$", var.lake_prefix))
    error_message = "lake_prefix must match ([A-Za-z0-9_.=-]+/)*."
  }

  validation {
    condition     = length(var.lake_prefix) <= 40
    error_message = "lake_prefix may have at most 40 characters."
  }
}

variable "contracts_prefix" {
  description = "Where contracts are, below LakePrefix in LakeBucket."
  type        = string
  default     = "contracts/"

  validation {
    condition     = can(regex("^(([A-Za-z0-9_.=-]+/)+)$", var.contracts_prefix))
    error_message = "contracts_prefix must match ([A-Za-z0-9_.=-]+/)+."
  }

  validation {
    condition     = length(var.contracts_prefix) <= 100
    error_message = "contracts_prefix may have at most 100 characters."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that new buckets encrypt with; empty is SSE-S3. The key's own policy must let the account's IAM policies decide."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)$", var.kms_key_arn))
    error_message = "kms_key_arn must match |arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+."
  }
}

variable "manage_bucket_policy" {
  description = "Put our policy on the buckets, in place of what they have. auto is only on buckets that the stack makes."
  type        = string
  default     = "auto"

  validation {
    condition     = contains(["auto", "yes", "no"], var.manage_bucket_policy)
    error_message = "manage_bucket_policy must be one of auto, yes, no."
  }
}

variable "break_glass_role_arn" {
  description = "ARN of the one role besides the functions' that may write silver, quarantine and receipts, for repairs; empty is none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(|arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+)$", var.break_glass_role_arn))
    error_message = "break_glass_role_arn must match |arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+."
  }
}

variable "trigger" {
  description = "queued puts an SQS queue before the function; direct calls it at once."
  type        = string
  default     = "queued"

  validation {
    condition     = contains(["queued", "direct"], var.trigger)
    error_message = "trigger must be one of queued, direct."
  }
}

variable "event_source" {
  description = "How uploads are told, by EventBridge or by the bucket's own notifications."
  type        = string
  default     = "eventbridge"

  validation {
    condition     = contains(["eventbridge", "s3"], var.event_source)
    error_message = "event_source must be one of eventbridge, s3."
  }
}

variable "maximum_concurrency" {
  description = "Objects that are converted at once, with Trigger queued."
  type        = number
  default     = 10

  validation {
    condition     = var.maximum_concurrency >= 2 && var.maximum_concurrency <= 1000
    error_message = "maximum_concurrency must be from 2 to 1000."
  }
}

variable "reserved_concurrency" {
  description = "Reserved concurrency of the function that converts; empty reserves none. With Trigger direct it is the only bound."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(|[1-9][0-9]{0,3})$", var.reserved_concurrency))
    error_message = "reserved_concurrency must match |[1-9][0-9]{0,3}."
  }
}

variable "code_bucket" {
  description = "The bucket with the zip that make dist writes, in this Region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$", var.code_bucket))
    error_message = "code_bucket must match [a-z0-9][a-z0-9.-]{1,61}[a-z0-9]."
  }
}

variable "code_key" {
  description = "The key of that zip; a new release needs a new key, or the functions keep the old code."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.code_key) >= 1
    error_message = "code_key must not be empty."
  }
}

variable "architecture" {
  description = "Must be the zip's own."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be one of arm64, x86_64."
  }
}

variable "memory_size" {
  description = "MB of the functions that convert; 1769 is one whole core."
  type        = number
  default     = 1769

  validation {
    condition     = var.memory_size >= 256 && var.memory_size <= 10240
    error_message = "memory_size must be from 256 to 10240."
  }
}

variable "timeout" {
  description = "Seconds that one conversion may take. The queue's visibility (six times as long) and the alarm on duration (four fifths) follow it."
  type        = number
  default     = 300

  validation {
    condition     = contains([60, 120, 180, 300, 600, 900], var.timeout)
    error_message = "timeout must be one of 60, 120, 180, 300, 600, 900."
  }
}

variable "log_retention_days" {
  description = "Days that the functions' logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "network" {
  description = "none needs no VPC; new makes a private one with nothing in it but the way to S3; existing uses yours, which must have an S3 gateway endpoint."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "new", "existing"], var.network)
    error_message = "network must be one of none, new, existing."
  }
}

variable "vpc_subnet_ids" {
  description = "Private subnets of the existing network, in two zones at least."
  type        = list(string)
  default     = []
}

variable "vpc_security_group_ids" {
  description = "Security groups of the existing network; 443 to S3 is all that is needed."
  type        = list(string)
  default     = []
}

variable "s3_prefix_list_id" {
  description = "Id of the Region's prefix list of S3 (pl-...), to narrow the new network's egress to S3; CloudFormation can't look it up."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(|pl-[0-9a-f]{8,17})$", var.s3_prefix_list_id))
    error_message = "s3_prefix_list_id must match |pl-[0-9a-f]{8,17}."
  }
}

variable "sweep_schedule" {
  description = "How often bronze is compared with silver, and what events lost is converted."
  type        = string
  default     = "rate(15 minutes)"

  validation {
    condition     = contains(["rate(5 minutes)", "rate(10 minutes)", "rate(15 minutes)", "rate(30 minutes)", "rate(1 hour)"], var.sweep_schedule)
    error_message = "sweep_schedule must be one of rate(5 minutes), rate(10 minutes), rate(15 minutes), rate(30 minutes), rate(1 hour)."
  }
}

variable "sweep_max_age_seconds" {
  description = "A scheduled sweep looks only at objects that are younger, so that it costs little more than its listing. Once a week one looks at all. 0 is no bound."
  type        = number
  default     = 172800

  validation {
    condition     = var.sweep_max_age_seconds >= 0 && var.sweep_max_age_seconds <= 315360000
    error_message = "sweep_max_age_seconds must be from 0 to 315360000."
  }
}

variable "oldest_object_seconds" {
  description = "Alarm when an object, or a message about one, waits longer. More than 300 seconds and the sweep's schedule together."
  type        = number
  default     = 3600

  validation {
    condition     = var.oldest_object_seconds >= 900 && var.oldest_object_seconds <= 1209600
    error_message = "oldest_object_seconds must be from 900 to 1209600."
  }
}

variable "invalid_row_percent" {
  description = "Alarm when more of the rows of five minutes than this go to quarantine."
  type        = number
  default     = 5

  validation {
    condition     = var.invalid_row_percent >= 0 && var.invalid_row_percent <= 100
    error_message = "invalid_row_percent must be from 0 to 100."
  }
}

variable "notify_email" {
  description = "Address for notices, which gets a mail to confirm first; empty is none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(|[^@ ]+@[^@ ]+)$", var.notify_email))
    error_message = "notify_email must match |[^@ ]+@[^@ ]+."
  }
}

variable "notify_topic_arn" {
  description = "ARN of your own SNS topic for notices, in place of the stack's; its policy must let CloudWatch publish."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(|arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+)$", var.notify_topic_arn))
    error_message = "notify_topic_arn must match |arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+."
  }
}

variable "webhook_url" {
  description = "HTTPS address that notices are posted to, or a dynamic reference to a secret that holds it; empty is none."
  type        = string
  default     = ""
  sensitive   = true

  validation {
    condition     = can(regex("^(|https://.+|\\{\\{resolve:secretsmanager:.+\\}\\})$", var.webhook_url))
    error_message = "webhook_url must match |https://.+|\\{\\{resolve:secretsmanager:.+\\}\\}."
  }
}

variable "glue_database" {
  description = "Glue database whose tables follow the contracts; empty is no catalog."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(|[a-z0-9_]{1,255})$", var.glue_database))
    error_message = "glue_database must match |[a-z0-9_]{1,255}."
  }
}

variable "create_glue_database" {
  description = "Make that database. Means nothing while GlueDatabase is empty."
  type        = string
  default     = "yes"

  validation {
    condition     = contains(["yes", "no"], var.create_glue_database)
    error_message = "create_glue_database must be one of yes, no."
  }
}

variable "function_name" {
  description = "Name of the function that converts; the other names begin with it."
  type        = string
  default     = "csv-validator"

  validation {
    condition     = can(regex("^([A-Za-z0-9_-]+)$", var.function_name))
    error_message = "function_name must match [A-Za-z0-9_-]+."
  }

  validation {
    condition     = length(var.function_name) <= 48
    error_message = "function_name may have at most 48 characters."
  }
}

variable "rule_name" {
  description = "Name of EventBridge's rule about bronze."
  type        = string
  default     = "bronze-csv-trigger"

  validation {
    condition     = can(regex("^([A-Za-z0-9_-]+)$", var.rule_name))
    error_message = "rule_name must match [A-Za-z0-9_-]+."
  }

  validation {
    condition     = length(var.rule_name) <= 58
    error_message = "rule_name may have at most 58 characters."
  }
}

variable "dead_letter_queue_name" {
  description = "Name of the queue of events that could not be worked on."
  type        = string
  default     = "csv-validator-dlq"

  validation {
    condition     = can(regex("^([A-Za-z0-9_-]+)$", var.dead_letter_queue_name))
    error_message = "dead_letter_queue_name must match [A-Za-z0-9_-]+."
  }

  validation {
    condition     = length(var.dead_letter_queue_name) <= 70
    error_message = "dead_letter_queue_name may have at most 70 characters."
  }
}

# What is Terraform's own.

variable "stack_name" {
  description = "Name of the CloudFormation stack."
  type        = string
  default     = "silversmith"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,127}$", var.stack_name))
    error_message = "stack_name must begin with a letter and have letters, digits and - only."
  }
}

variable "tags" {
  description = "Tags of the stack and of what it makes."
  type        = map(string)
  default     = {}
}
