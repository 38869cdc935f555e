# METADATA
# title: 托育机构未成年人个人信息保护合规审计是否完成
package audit.complete

import data.lib

facts_used := {
	"/answers/fill/inventory",
	"/answers/fill/consent",
	"/answers/fill/least",
	"/answers/fill/access",
	"/answers/fill/paper",
	"/answers/fill/photos",
	"/answers/fill/video",
	"/answers/fill/sharing",
	"/answers/fill/processors",
	"/answers/fill/retention",
	"/answers/fill/requests",
	"/answers/fill/incidents",
	"/answers/fill/training",
	"/answers/fill/measures",
	"/answers/fill/reported_on",
	"/answers/fill/receipt",
	"/answers/fill/attachments",
	"/answers/fill_late/inventory",
	"/answers/fill_late/consent",
	"/answers/fill_late/least",
	"/answers/fill_late/access",
	"/answers/fill_late/paper",
	"/answers/fill_late/photos",
	"/answers/fill_late/video",
	"/answers/fill_late/sharing",
	"/answers/fill_late/processors",
	"/answers/fill_late/retention",
	"/answers/fill_late/requests",
	"/answers/fill_late/incidents",
	"/answers/fill_late/training",
	"/answers/fill_late/measures",
	"/answers/fill_late/reported_on",
	"/answers/fill_late/receipt",
	"/answers/fill_late/attachments",
	"/answers/put_right/inventory",
	"/answers/put_right/consent",
	"/answers/put_right/least",
	"/answers/put_right/access",
	"/answers/put_right/paper",
	"/answers/put_right/photos",
	"/answers/put_right/video",
	"/answers/put_right/sharing",
	"/answers/put_right/processors",
	"/answers/put_right/retention",
	"/answers/put_right/requests",
	"/answers/put_right/incidents",
	"/answers/put_right/training",
	"/answers/put_right/measures",
	"/answers/put_right/reported_on",
	"/answers/put_right/receipt",
	"/answers/put_right/attachments",
	"/facts/year",
}

# answer is the last answer: what was put right, else what came late, else what came in time.
answer := input.answers.put_right

answer := input.answers.fill_late if not input.answers.put_right

answer := input.answers.fill if {
	not input.answers.put_right
	not input.answers.fill_late
}

items := {
	"inventory": "收集了哪些未成年人信息、为什么收集，有清单，并且与实际一致",
	"consent": "每名婴幼儿都有监护人的书面同意，敏感信息（健康、人脸、位置）有单独同意",
	"least": "没有收集与托育无关的信息",
	"access": "只有需要的人能看到信息，离职人员的账号已停用",
	"paper": "纸质档案上锁保管，登记借阅",
	"photos": "发布照片、视频以前取得监护人同意，公开的已经遮挡面部",
	"video": "监控没有装在卫生间、哺乳室、更衣室，录像到期自动删除",
	"sharing": "向医院、保险、主管部门以外提供信息的，有法律依据或者单独同意",
	"processors": "委托他人处理信息的（软件、摄影、配餐），有书面约定",
	"retention": "离托以后按规定的期限保存，到期删除，有记录",
	"requests": "监护人查阅、更正、删除的要求都已答复，有记录",
	"incidents": "发生过泄露、丢失的，已经报告并告知监护人",
	"training": "工作人员这一年接受过个人信息保护培训",
}

# METADATA
# title: 每年1月底前报送上一年度的合规审计情况
# custom:
#   rule: DP-08
#   basis: [{doc: 未成年人网络保护条例, article: "37", binding: L2, verified: false}, {doc: 国家互联网信息办公室2025年12月29日公告, binding: L5, verified: false}]
reasons contains lib.missing("DP-08", "", "/answers/fill/reported_on", "向市网信部门报送的日期") if not answer.reported_on

reasons contains lib.missing_paper("DP-08", "", "/answers/fill/attachments", "审计报告和报送回执") if not evidence

evidence if count(answer.attachments) > 0

reasons contains lib.reason("DP-08", {
	"fields": ["/answers/fill/reported_on"],
	"seen": answer.reported_on,
	"limit": last_day,
	"result": "warn",
	"message": sprintf("%s才报送，晚于1月31日。", [answer.reported_on]),
	"remedy": "请在下一年度按期报送。",
}) if {
	answer.reported_on > last_day
}

last_day := sprintf("%d-01-31", [input.facts.year])

# METADATA
# title: 逐项自查，没有做到的写明怎样改
# custom:
#   rule: DP-08.1
#   basis: [{doc: 未成年人网络保护条例, article: "37", binding: L2, verified: false}, {doc: 国家互联网信息办公室2025年12月29日公告, binding: L5, verified: false}]
reasons contains lib.missing("DP-08.1", "", sprintf("/answers/fill/%s", [name]), question) if {
	some name, question in items
	not answer[name]
}

reasons contains lib.reason("DP-08.1", {
	"fields": [sprintf("/answers/fill/%s", [name])],
	"seen": "no",
	"message": sprintf("没有做到：%s。", [question]),
	"remedy": "请改正，或者写明怎样改、什么时候改完。",
}) if {
	some name, question in items
	answer[name] == "no"
	not answer.measures
}
