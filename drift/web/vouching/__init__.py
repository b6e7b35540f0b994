"""Who vouches for whoever opens the pages: a provider of OpenID Connect, or a proxy that signs a header."""
