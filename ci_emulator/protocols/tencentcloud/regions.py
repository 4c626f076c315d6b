"""The regions of Tencent Cloud, by which an unknown one is told from one without the product."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Regions:
    """Where an action exists (None: everywhere), and whether a call must say a region."""

    supported: frozenset[str] | None = None
    required: bool = False


REGIONS = frozenset(
    {
        "ap-bangkok",
        "ap-beijing",
        "ap-beijing-fsi",
        "ap-changsha-ec",
        "ap-chengdu",
        "ap-chongqing",
        "ap-fuzhou-ec",
        "ap-guangzhou",
        "ap-guangzhou-open",
        "ap-hangzhou-ec",
        "ap-hefei-ec",
        "ap-hongkong",
        "ap-jakarta",
        "ap-jinan-ec",
        "ap-mumbai",
        "ap-nanjing",
        "ap-qingyuan",
        "ap-seoul",
        "ap-shanghai",
        "ap-shanghai-fsi",
        "ap-shenyang-ec",
        "ap-shenzhen",
        "ap-shenzhen-fsi",
        "ap-shijiazhuang-ec",
        "ap-singapore",
        "ap-taipei",
        "ap-tianjin",
        "ap-tokyo",
        "ap-wuhan-ec",
        "ap-xian-ec",
        "ap-zhengzhou-ec",
        "eu-frankfurt",
        "eu-moscow",
        "na-ashburn",
        "na-siliconvalley",
        "na-toronto",
        "sa-saopaulo",
    }
)
