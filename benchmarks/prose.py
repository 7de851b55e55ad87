"""Report prose without figures: what stands between the numbers of a work report, put together from parts by a seed.

The sample corpus packs a figure into every 17 characters, real reports one into about 65. The difference is prose of
this kind. A few hundred parts give some ten million sentences, so that two generated documents share phrases, as
reports do, but are no near-duplicates. Words such as 进一步 and 一体化 are meant: the scan has to set their
numerals aside.
"""

from __future__ import annotations

import random

_AIMS = (
    "坚持以人民为中心的发展思想", "深入学习贯彻上级会议精神", "牢牢守住不发生规模性返贫底线",
    "聚焦高质量发展首要任务", "认真落实县委县政府决策部署", "始终把群众满意作为工作标准", "紧紧围绕年度目标任务",
    "坚持稳中求进工作总基调", "完整准确全面贯彻新发展理念", "切实扛起巩固成果的政治责任", "按照统一部署和分工要求",
    "坚持问题导向和结果导向相统一", "立足本地资源禀赋和产业基础", "统筹发展和安全", "把主题教育同推动工作结合起来",
    "持续加力稳就业促增收", "突出抓重点补短板强弱项", "坚持党建引领基层治理", "顺应群众对美好生活的新期待",
    "对照考核评估反馈问题",
)
_WHO = (
    "各乡镇和有关部门", "帮扶责任人和驻村工作队", "行业主管部门", "村级组织和网格力量", "相关股室", "工作专班",
    "领导小组办公室", "纪检监察机关", "农业农村部门", "人社和民政部门", "财政和审计部门", "教育和卫生健康部门",
    "龙头企业和合作社", "广大党员干部", "分管领导和包片干部", "医保和残联等单位",
)
_DOES = (
    "细化任务分工", "压实主体责任", "健全工作台账", "完善联动机制", "强化数据比对", "开展常态化走访",
    "落实分类帮扶措施", "加强资金监管", "优化办事流程", "组织业务培训", "推进项目前期工作", "规范档案资料",
    "落实动态管理要求", "加大宣传引导力度", "开展政策宣讲", "推动问题整改销号", "加强部门信息共享",
    "严格项目验收程序", "健全利益联结机制", "做好政策衔接", "推行清单化管理", "加强日常调度和督促指导",
    "拓宽销售渠道", "提升公共服务能力", "完善管护制度", "引导群众主动参与", "建立回访机制", "畅通申报渠道",
    "强化风险预警处置", "推进移风易俗",
)
_WHAT = (
    "防止返贫动态监测", "义务教育控辍保学", "基本医疗保障", "住房安全保障", "农村饮水安全", "稳岗就业",
    "特色产业发展", "消费帮扶", "小额信贷管理", "项目库建设", "衔接资金使用", "扶贫项目资产管理", "易地搬迁后续扶持",
    "农村人居环境整治", "乡村治理", "社会救助", "农田水利建设", "生态保护修复", "科技服务", "营商环境优化",
    "养老服务", "基层医疗服务", "文化惠民", "安全生产", "信访维稳", "粮食生产", "农村公路养护", "污染防治",
    "招商引资", "城市更新",
)
_HOW = (
    "稳步推进", "扎实开展", "取得积极进展", "得到有效落实", "不断加强", "明显改善", "持续巩固", "进一步完善",
    "逐步规范", "有序实施", "成效逐步显现", "基础更加牢固", "短板加快补齐", "活力不断增强", "水平稳步提升",
    "保障更加有力",
)
_END = (
    "群众获得感和满意度不断提升", "为全面推进乡村振兴打下坚实基础", "内生发展动力进一步增强", "确保各项政策落地见效",
    "形成齐抓共管的工作格局", "做到应纳尽纳、应帮尽帮", "推动工作提质增效", "有效防范化解各类风险",
    "促进城乡一体化发展", "切实把好事办好、实事办实", "巩固拓展脱贫攻坚成果同乡村振兴有效衔接",
    "推动形成比学赶超的浓厚氛围", "让发展成果更多更公平惠及群众", "确保责任不松、力度不减", "保持社会大局和谐稳定",
    "以实际成效检验工作质量",
)
_LACK = (
    "产业链条较短", "抗风险能力不强", "部分群众自我发展意识有待提高", "项目推进不够平衡", "基层力量相对薄弱",
    "数据质量还需提高", "后续管护不够到位", "农产品品牌影响力不足", "村级集体经济来源单一", "政策宣传还不够深入",
    "资金支出进度偏慢", "服务能力与群众期待还有差距",
)


def sentence(generator: random.Random) -> str:
    """One sentence of about 30 to 70 characters that holds no figure."""
    aim, who, end = generator.choice(_AIMS), generator.choice(_WHO), generator.choice(_END)
    does = generator.sample(_DOES, 3)
    what = generator.sample(_WHAT, 3)
    how = generator.sample(_HOW, 2)
    shape = generator.randrange(7)
    if shape == 0:
        return f"{aim}，{does[0]}，{does[1]}，{what[0]}{how[0]}，{end}。"
    if shape == 1:
        return f"{who}围绕{what[0]}、{what[1]}{does[0]}、{does[1]}，{end}。"
    if shape == 2:
        return f"{what[0]}{how[0]}，{what[1]}{how[1]}，{what[2]}工作{generator.choice(_HOW)}。"
    if shape == 3:
        return f"在{what[0]}方面，{who}{does[0]}，{does[1]}，{does[2]}，{end}。"
    if shape == 4:
        lacks = generator.sample(_LACK, 2)
        return f"同时也要看到，{what[0]}工作中{lacks[0]}、{lacks[1]}，需要{who}{does[0]}加以解决。"
    if shape == 5:
        return f"下一步，将{aim}，{does[0]}，推动{what[0]}和{what[1]}{how[0]}，{end}。"
    return f"{aim}，由{who}牵头{does[0]}，{what[0]}{how[0]}，{what[1]}{how[1]}。"


def paragraph(generator: random.Random, characters: int) -> str:
    """Sentences until the paragraph has at least this many characters; empty for none."""
    pieces: list[str] = []
    length = 0
    while length < characters:
        pieces.append(sentence(generator))
        length += len(pieces[-1])
    return "".join(pieces)
