# Tables, relational databases and warehouses.

resource "aws_dynamodb_table" "orders" {
  name           = "orders"
  hash_key       = "id"
  read_capacity  = 5
  write_capacity = 5
  tags           = { Name = "orders" }

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "customer"
    type = "S"
  }

  global_secondary_index {
    name            = "by-customer"
    hash_key        = "customer"
    projection_type = "ALL"
    read_capacity   = 5
    write_capacity  = 5
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_dynamodb_table_item" "first" {
  table_name = aws_dynamodb_table.orders.name
  hash_key   = aws_dynamodb_table.orders.hash_key
  item       = jsonencode({ id = { S = "first" }, customer = { S = "nobody" } })
}

resource "aws_db_subnet_group" "shop" {
  name        = "shop"
  description = "private subnets"
  subnet_ids  = [aws_subnet.a.id, aws_subnet.b.id]
  tags        = { Name = "shop" }
}

resource "aws_db_parameter_group" "orders" {
  name        = "orders"
  family      = "postgres13"
  description = "orders"
  tags        = { Name = "orders" }
}

resource "aws_db_option_group" "legacy" {
  name                     = "legacy"
  option_group_description = "legacy"
  engine_name              = "mysql"
  major_engine_version     = "5.7"
  tags                     = { Name = "legacy" }
}

resource "aws_db_instance" "orders" {
  identifier              = "orders"
  engine                  = "postgres"
  engine_version          = "13.4"
  instance_class          = "db.t3.medium"
  allocated_storage       = 50
  storage_encrypted       = true
  name                    = "orders"
  username                = "orders"
  password                = "recorded-with-a-simulator"
  db_subnet_group_name    = aws_db_subnet_group.shop.name
  vpc_security_group_ids  = [aws_security_group.orders.id]
  backup_retention_period = 7
  deletion_protection     = true
  skip_final_snapshot     = true
  tags                    = { Name = "orders" }
}

resource "aws_db_snapshot" "orders" {
  db_instance_identifier = aws_db_instance.orders.id
  db_snapshot_identifier = "orders-before-migration"
  tags                   = { Name = "orders" }
}

resource "aws_db_event_subscription" "orders" {
  name        = "orders"
  sns_topic   = aws_sns_topic.alarms.arn
  source_type = "db-instance"
  source_ids  = [aws_db_instance.orders.id]

  event_categories = ["failover", "failure"]
  tags             = { Name = "orders" }
}

resource "aws_rds_cluster_parameter_group" "carts" {
  name        = "carts"
  family      = "aurora-postgresql11"
  description = "carts"
}

resource "aws_rds_cluster" "carts" {
  cluster_identifier      = "carts"
  engine                  = "aurora-postgresql"
  engine_version          = "11.9"
  master_username         = "carts"
  master_password         = "recorded-with-a-simulator"
  db_subnet_group_name    = aws_db_subnet_group.shop.name
  vpc_security_group_ids  = [aws_security_group.orders.id]
  backup_retention_period = 7
  storage_encrypted       = true
  skip_final_snapshot     = true
  tags                    = { Name = "carts" }
}

resource "aws_rds_cluster_instance" "carts" {
  identifier         = "carts-1"
  cluster_identifier = aws_rds_cluster.carts.id
  engine             = aws_rds_cluster.carts.engine
  engine_version     = aws_rds_cluster.carts.engine_version
  instance_class     = "db.r5.large"
  tags               = { Name = "carts-1" }
}

resource "aws_elasticache_subnet_group" "sessions" {
  name        = "sessions"
  description = "sessions"
  subnet_ids  = [aws_subnet.a.id, aws_subnet.b.id]
}

resource "aws_redshift_subnet_group" "reports" {
  name        = "reports"
  description = "reports"
  subnet_ids  = [aws_subnet.a.id, aws_subnet.b.id]
  tags        = { Name = "reports" }
}

resource "aws_redshift_cluster" "reports" {
  cluster_identifier        = "reports"
  node_type                 = "dc2.large"
  cluster_type              = "single-node"
  database_name             = "reports"
  master_username           = "reports"
  master_password           = "Recorded-with-a-simulator-1"
  cluster_subnet_group_name = aws_redshift_subnet_group.reports.name
  vpc_security_group_ids    = [aws_security_group.orders.id]
  encrypted                 = true
  skip_final_snapshot       = true
  tags                      = { Name = "reports" }
}

resource "aws_glue_catalog_database" "reports" {
  name        = "reports"
  description = "tables of the reports"
}

resource "aws_glue_catalog_table" "orders" {
  database_name = aws_glue_catalog_database.reports.name
  name          = "orders"
  table_type    = "EXTERNAL_TABLE"
  parameters    = { classification = "parquet" }

  storage_descriptor {
    location = "s3://example-shop-logs/orders/"

    columns {
      name = "id"
      type = "string"
    }
  }
}

resource "aws_glue_job" "load" {
  name         = "load"
  role_arn     = aws_iam_role.orders.arn
  glue_version = "2.0"
  max_retries  = 1
  timeout      = 60

  command {
    script_location = "s3://example-shop-assets/load.py"
  }
}

resource "aws_glue_crawler" "orders" {
  name          = "orders"
  database_name = aws_glue_catalog_database.reports.name
  role          = aws_iam_role.orders.arn
  schedule      = "cron(0 4 * * ? *)"

  s3_target {
    path = "s3://example-shop-logs/orders/"
  }
}

resource "aws_athena_named_query" "late" {
  name     = "late"
  database = aws_glue_catalog_database.reports.name
  query    = "SELECT * FROM orders WHERE late"
}
