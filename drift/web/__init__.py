"""The pages: plain HTML, forms and links. `routes` lists them, with what each asks of whoever opens it."""
