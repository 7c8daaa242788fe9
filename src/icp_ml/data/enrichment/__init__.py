"""Join further tables of firmographics, as a vendor's export or a crawl, to customers and prospects."""
