"""ServiceNow's change requests and incidents as tickets."""
