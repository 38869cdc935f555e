package documents

import (
	"fmt"

	"tuoyu/nursery"
)

// laws are the regulations that the documents cite, by the short name used in the templates.
var laws = map[string]nursery.Citation{
	"population": {Document: "中华人民共和国人口与计划生育法", Binding: "L1"},
	"minors":     {Document: "中华人民共和国未成年人保护法", Binding: "L1"},
	"business":   {Document: "优化营商环境条例", Binding: "L2"},
	"health":     {Document: "托儿所幼儿园卫生保健管理办法", Number: "卫生部 教育部令第76号", Binding: "L3"},
	"filing":     {Document: "托育机构登记和备案办法（试行）", Number: "国卫办人口发〔2019〕25号", Binding: "L4"},
	"setting":    {Document: "托育机构设置标准（试行）", Number: "国卫人口发〔2019〕58号", Binding: "L4"},
	"management": {Document: "托育机构管理规范（试行）", Number: "国卫人口发〔2019〕58号", Binding: "L4"},
	"fire":       {Document: "托育机构消防安全指南（试行）", Number: "国卫办人口函〔2022〕21号", Binding: "L4"},
	"family":     {Document: "家庭托育点管理办法（试行）", Number: "国卫人口发〔2023〕28号", Binding: "L4"},
}

// Law returns a verified citation of an article of one of laws, which are called population, minors, business, health, filing,
// setting, management, fire and family. Another name is an error, which the tests of the templates detect.
func Law(name, article string) (nursery.Citation, error) {
	c, ok := laws[name]
	if !ok {
		return c, fmt.Errorf("no law is called %s", name)
	}
	c.Article, c.Verified = article, true
	return c, nil
}
