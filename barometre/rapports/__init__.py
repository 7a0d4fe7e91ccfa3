"""Un document à emporter : une composition faite des vues des pages, puis un écrivain par format."""
