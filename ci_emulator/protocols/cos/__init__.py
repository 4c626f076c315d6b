"""Tencent Cloud Object Storage (COS) and the Cloud Infinite requests on its hosts: XML over HTTP."""
