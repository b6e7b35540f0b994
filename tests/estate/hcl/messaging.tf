# Queues, topics, streams and schedules.

resource "aws_sqs_queue" "uploads" {
  name                       = "uploads"
  visibility_timeout_seconds = 60
  message_retention_seconds  = 345600
  tags                       = { Name = "uploads" }
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 30
  receive_wait_time_seconds  = 10

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.uploads.arn
    maxReceiveCount     = 4
  })

  tags = { Name = "orders" }
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Topic"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.orders.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.orders.arn } }
    }]
  })
}

resource "aws_sns_topic" "orders" {
  name              = "orders"
  display_name      = "Orders"
  kms_master_key_id = aws_kms_key.shop.arn
  tags              = { Name = "orders" }
}

resource "aws_sns_topic" "alarms" {
  name = "alarms"
  tags = { Name = "alarms" }
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "SNS:Publish"
      Resource  = aws_sns_topic.alarms.arn
    }]
  })
}

resource "aws_sns_topic_subscription" "orders" {
  topic_arn            = aws_sns_topic.orders.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.orders.arn
  raw_message_delivery = true
}

resource "aws_sns_platform_application" "phones" {
  name                = "phones"
  platform            = "GCM"
  platform_credential = "recorded-with-a-simulator"
}

resource "aws_kinesis_stream" "clicks" {
  name             = "clicks"
  shard_count      = 1
  retention_period = 48
  tags             = { Name = "clicks" }
}

resource "aws_kinesis_firehose_delivery_stream" "clicks" {
  name        = "clicks"
  destination = "extended_s3"
  tags        = { Name = "clicks" }

  extended_s3_configuration {
    role_arn        = aws_iam_role.orders.arn
    bucket_arn      = aws_s3_bucket.logs.arn
    buffer_size     = 10
    buffer_interval = 400
  }
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  description         = "every night"
  schedule_expression = "cron(0 2 * * ? *)"
  tags                = { Name = "nightly" }
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule      = aws_cloudwatch_event_rule.nightly.name
  target_id = "queue"
  arn       = aws_sqs_queue.uploads.arn
}

resource "aws_cloudwatch_event_permission" "office" {
  principal    = "444455556666"
  statement_id = "office"
}

resource "aws_sfn_state_machine" "checkout" {
  name     = "checkout"
  role_arn = aws_iam_role.orders.arn
  tags     = { Name = "checkout" }

  definition = jsonencode({
    Comment = "takes an order"
    StartAt = "Done"
    States  = { Done = { Type = "Pass", End = true } }
  })
}

resource "aws_sfn_activity" "pack" {
  name = "pack"
  tags = { Name = "pack" }
}

resource "aws_mq_configuration" "legacy" {
  name           = "legacy"
  description    = "legacy"
  engine_type    = "ActiveMQ"
  engine_version = "5.15.14"
  data           = "<broker xmlns=\"http://activemq.apache.org/schema/core\"></broker>"
  tags           = { Name = "legacy" }
}

resource "aws_mq_broker" "legacy" {
  broker_name        = "legacy"
  engine_type        = "ActiveMQ"
  engine_version     = "5.15.14"
  host_instance_type = "mq.t3.micro"
  security_groups    = [aws_security_group.orders.id]
  subnet_ids         = [aws_subnet.a.id]
  tags               = { Name = "legacy" }

  user {
    username = "legacy"
    password = "recorded-with-a-simulator"
  }
}

resource "aws_ses_domain_identity" "shop" {
  domain = "shop.example.com"
}

resource "aws_ses_email_identity" "orders" {
  email = "orders@shop.example.com"
}

resource "aws_ses_template" "receipt" {
  name    = "receipt"
  subject = "Your order"
  text    = "Thank you."
}

resource "aws_ses_configuration_set" "shop" {
  name = "shop"
}
