package web

import "tuoyu/nursery"

// passed counts the items that were found as they should be.
func passed(v nursery.Visit) int {
	n := 0
	for _, i := range v.Items {
		if i.Result == nursery.ItemOK {
			n++
		}
	}
	return n
}

func signatureParty(party string) string {
	return map[string]string{"first": "检查人员一", "second": "检查人员二", "institution": "机构"}[party]
}

func signatureManner(manner string) string {
	return map[string]string{"signed": "已签字", "objected": "签字并异议", "refused": "未签字", "disputed": "认为记录有误"}[manner]
}

func signatureTone(manner string) string {
	return map[string]string{"signed": "good", "objected": "warn", "refused": "warn", "disputed": "bad"}[manner]
}
