"""Alibaba Cloud OSS: the same buckets and the same recognition in another dialect (aliyun.md sections 1 to 4)."""
