resource "aws_resourcegroups_group" "shop" {
  name        = "shop"
  description = "everything of the shop"

  resource_query {
    query = jsonencode({
      ResourceTypeFilters = ["AWS::EC2::Instance"]
      TagFilters          = [{ Key = "Name", Values = ["shop"] }]
    })
  }
}
