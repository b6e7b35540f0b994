terraform {
  required_providers {
    toy = {
      source  = "registry.example.com/example/toy"
      version = "1.0.0"
    }
  }
}

provider "toy" {}

provider "toy" {
  alias  = "west"
  region = "west"
}
