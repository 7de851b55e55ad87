"""The polite crawler: disclosure sites described in YAML, on Scrapy. Scrapy is imported only when a crawl starts."""
