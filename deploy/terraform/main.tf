# SPDX-License-Identifier: Apache-2.0
# The stack of ../cloudformation/silversmith.yaml with typed variables: the template is the one truth.
# It is larger than the 51,200 bytes that a call may carry, so it goes through the code's bucket, under
# a name made of its content. docs/operations/deploy.md.

locals {
  template = "${path.module}/../cloudformation/silversmith.yaml"
}

data "aws_s3_bucket" "code" {
  bucket = var.code_bucket
}

resource "aws_s3_object" "template" {
  bucket       = data.aws_s3_bucket.code.id
  key          = "silversmith/${filesha256(local.template)}.yaml"
  source       = local.template
  content_type = "application/yaml"
}

resource "aws_cloudformation_stack" "silversmith" {
  name         = var.stack_name
  template_url = "https://${data.aws_s3_bucket.code.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_IAM"]
  tags         = var.tags

  parameters = {
    LakeBucket          = var.lake_bucket
    CreateLakeBucket    = var.create_lake_bucket
    SilverBucket        = var.silver_bucket
    CreateSilverBucket  = var.create_silver_bucket
    LakePrefix          = var.lake_prefix
    ContractsPrefix     = var.contracts_prefix
    KmsKeyArn           = var.kms_key_arn
    ManageBucketPolicy  = var.manage_bucket_policy
    BreakGlassRoleArn   = var.break_glass_role_arn
    Trigger             = var.trigger
    EventSource         = var.event_source
    MaximumConcurrency  = tostring(var.maximum_concurrency)
    ReservedConcurrency = var.reserved_concurrency
    CodeBucket          = var.code_bucket
    CodeKey             = var.code_key
    Architecture        = var.architecture
    MemorySize          = tostring(var.memory_size)
    Timeout             = tostring(var.timeout)
    LogRetentionDays    = tostring(var.log_retention_days)
    Network             = var.network
    VpcSubnetIds        = join(",", var.vpc_subnet_ids)
    VpcSecurityGroupIds = join(",", var.vpc_security_group_ids)
    S3PrefixListId      = var.s3_prefix_list_id
    SweepSchedule       = var.sweep_schedule
    SweepMaxAgeSeconds  = tostring(var.sweep_max_age_seconds)
    OldestObjectSeconds = tostring(var.oldest_object_seconds)
    InvalidRowPercent   = tostring(var.invalid_row_percent)
    NotifyEmail         = var.notify_email
    NotifyTopicArn      = var.notify_topic_arn
    WebhookUrl          = var.webhook_url
    GlueDatabase        = var.glue_database
    CreateGlueDatabase  = var.create_glue_database
    FunctionName        = var.function_name
    RuleName            = var.rule_name
    DeadLetterQueueName = var.dead_letter_queue_name
  }

  lifecycle {
    precondition {
      condition     = var.network != "existing" || (length(var.vpc_subnet_ids) > 0 && length(var.vpc_security_group_ids) > 0)
      error_message = "network existing needs vpc_subnet_ids and vpc_security_group_ids."
    }
  }
}
