"""GitLab: issues, merge requests, pipelines and how they are controlled, through its REST API."""
