terraform {
  required_providers {
    toy = {
      source  = "registry.example.com/example/toy"
      version = "1.0.0"
    }
  }
}

provider "toy" {}

# Another cloud as well as another region, and only the code says so.
provider "toy" {
  alias  = "west"
  region = "west"
  cloud  = pathexpand("~/toy-cloud-west.json")
}
