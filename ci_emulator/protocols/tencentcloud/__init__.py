"""Tencent Cloud API 3.0: JSON actions such as QrcodeOCR, errors with HTTP status 200."""
