"""Cloud Infinite: what `ci-process` names, on COS and CI hosts. It shares signatures and errors with COS."""
