# SPDX-License-Identifier: Apache-2.0
# The stack's outputs, each under its own name; null where the stack has none under these variables.

output "lake" {
  description = "The lake, as the programs are told of it"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "Lake", null)
}

output "silver_root" {
  description = "Where silver, quarantine and receipts are"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "SilverRoot", null)
}

output "convert_function_arn" {
  description = "The function that converts"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "ConvertFunctionArn", null)
}

output "convert_role_arn" {
  description = "Its role, for policies of buckets and keys that are not the stack's"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "ConvertRoleArn", null)
}

output "sweep_function_arn" {
  description = "The function that sweeps"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "SweepFunctionArn", null)
}

output "sweep_role_arn" {
  description = "Its role"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "SweepRoleArn", null)
}

output "notify_function_arn" {
  description = "The function that tells people"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "NotifyFunctionArn", null)
}

output "catalog_function_arn" {
  description = "The function that keeps the catalog"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "CatalogFunctionArn", null)
}

output "work_queue_url" {
  description = "Events on their way to the function"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "WorkQueueUrl", null)
}

output "dead_letter_queue_url" {
  description = "Events that could not be worked on"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "DeadLetterQueueUrl", null)
}

output "steps_dead_letter_queue_url" {
  description = "The same of sweep, notices and catalog"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "StepsDeadLetterQueueUrl", null)
}

output "rejects_queue_url" {
  description = "Reports of files that were refused as a whole"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "RejectsQueueUrl", null)
}

output "notice_topic_arn" {
  description = "Where alarms and notices go"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "NoticeTopicArn", null)
}

output "dashboard_url" {
  description = "The dashboard, as the console of the standard partition has it"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "DashboardUrl", null)
}

output "lake_bucket_command" {
  description = "To run once, as the lake bucket is not the stack's; it adds to the bucket's notifications"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "LakeBucketCommand", null)
}

output "silver_bucket_command" {
  description = "The same of the silver bucket"
  value       = lookup(aws_cloudformation_stack.silversmith.outputs, "SilverBucketCommand", null)
}
