"""What `x-oss-process` does with stored pictures (aliyun.md section 3, pictures.md part B)."""
