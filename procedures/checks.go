package procedures

// Check is something that a procedure must satisfy.
type Check struct {
	Code    string // never changed
	Holds   string // what holds when there is no such problem
	Message string // what to do, with the verbs of fmt
	Notice  bool   // a violation does not prevent publication
}

// Checks lists all checks, by group and in the order in which they are done.
var Checks = []Check{
	// Reading.
	{Code: "read.file", Holds: "the files can be read", Message: "读不到文件：%s。"},
	{Code: "read.stray", Holds: "every file is of a known kind", Message: "不知道“%s”是什么。事项的文件夹里只有 procedure.yaml、migrate.yaml 和 forms、rules、params、papers、words、tests、overlays。"},
	{Code: "read.syntax", Holds: "YAML is valid", Message: "YAML 写法有误（%s）。请检查这一行和上一行的缩进、冒号和引号。"},
	{Code: "read.json", Holds: "JSON is valid", Message: "JSON 写法有误（%s）。请检查这一行和上一行的逗号、引号和括号。"},
	{Code: "read.second", Holds: "a file has one document", Message: "一个文件只写一份内容，请删去“---”和后面的部分。"},
	{Code: "read.alias", Holds: "there are no anchors and aliases", Message: "不使用 & 和 * 引用，请把内容写全。"},
	{Code: "read.twice", Holds: "nothing is written twice", Message: "“%s”写了两次，请删去一处。"},
	{Code: "read.unknown", Holds: "every key is known", Message: "没有“%s”这一项%s"},
	{Code: "read.missing", Holds: "what is required is there", Message: "缺少“%s”（%s），请补上。"},
	{Code: "read.empty", Holds: "nothing is empty", Message: "“%s”是空的，请填写或者删去。"},
	{Code: "read.kind", Holds: "a value is of its kind", Message: "“%s”应当是%s。"},
	{Code: "read.pattern", Holds: "a name has its form", Message: "“%s”写法不对，应当是：%s。"},
	{Code: "read.choice", Holds: "a value is one of the list", Message: "“%s”不能是“%s”%s"},

	// References.
	{Code: "ref.stage", Holds: "a target is a stage or an end", Message: "没有环节或者结束“%s”%s"},
	{Code: "ref.task", Holds: "a task exists", Message: "没有任务“%s”%s"},
	{Code: "ref.form", Holds: "a form exists", Message: "没有表单“%s”（forms/*.json）%s"},
	{Code: "ref.paper", Holds: "a paper exists", Message: "没有文书“%s”（papers/*.html）%s"},
	{Code: "ref.rules", Holds: "a rule set exists in the rules that are in force on the first day", Message: "没有规则集“%s”（rules/*.rego 里有 reasons 的包）%s"},
	{Code: "ref.rule", Holds: "a parameter names a rule", Message: "没有规则“%s”%s"},
	{Code: "ref.clock", Holds: "a clock exists", Message: "没有时限“%s”%s"},
	{Code: "ref.param", Holds: "a parameter exists", Message: "没有参数“%s”（params/主题/data.json）%s"},
	{Code: "ref.rows", Holds: "a row set exists", Message: "没有行集或者台账“%s”%s"},
	{Code: "ref.field", Holds: "a field that is read exists in its form", Message: "没有字段“%s”%s"},
	{Code: "ref.outcome", Holds: "an outcome exists", Message: "没有办理结果“%s”%s"},
	{Code: "ref.result", Holds: "a result of a stage exists", Message: "没有“%s”这样的走法（环节.结果）%s"},
	{Code: "ref.effect", Holds: "an act has its version in needs", Message: "动作“%s”没有写在 needs.effects 里%s"},
	{Code: "ref.indicator", Holds: "an indicator exists", Message: "没有指标“%s”%s"},

	// Form of the flow.
	{Code: "shape.verb", Holds: "a stage has one way to go on", Message: "环节“%s”要有且只有一种走法（ask、decide、collect、publish、pay、open、wait、together），现在有 %d 种。"},
	{Code: "shape.on", Holds: "on and routes belong to decide", Message: "“%s”只能与 decide 同用，请写到环节的走法里面。"},
	{Code: "shape.effect", Holds: "an item of do does one thing", Message: "do 的每一项只做一件事（clock、tell、paper、decide、effect、emit），请分成几项。"},
	{Code: "shape.turn", Holds: "a clock is started or stopped", Message: "clock 要同时写 turn: start 或者 turn: stop。"},
	{Code: "shape.twice", Holds: "a name is used once", Message: "“%s”用了两次；环节、结束、分支里的环节和任务各自不能同名，请改名。"},
	{Code: "shape.unreachable", Holds: "every stage is reached from the start", Message: "从开始走不到“%s”。请写明哪个结果转到这里，或者删去它。"},
	{Code: "shape.no_end", Holds: "every stage can reach an end", Message: "从“%s”走不到任何结束。请给它一个通向结束的结果。"},
	{Code: "shape.owed", Holds: "every result that a verb owes is answered", Message: "环节“%s”没有写结果“%s”转到哪里，请在 on 里补上。"},
	{Code: "shape.extra", Holds: "a verb has no other results", Message: "环节“%s”不会有结果“%s”%s"},
	{Code: "shape.offer", Holds: "offer and on name the same outcomes", Message: "任务“%s”的结果“%s”只写在%s里，offer 和 on 要写同样的结果。"},
	{Code: "shape.outcomes", Holds: "the form and on name the same outcomes", Message: "任务“%s”的结果“%s”只写在%s里，表单的 outcomes 和 on 要写同样的结果。"},
	{Code: "shape.jump", Holds: "nobody jumps into or out of a branch", Message: "“%s”不能转到“%s”：并行分支只能从 to 进入，以 joined 结束。"},
	{Code: "shape.nested", Holds: "branches have no branches", Message: "并行分支里不能再有 together。"},
	{Code: "shape.decide_loop", Holds: "no loop consists of decisions alone", Message: "“%s”会一直裁定下去，没有人办理也不等时间。请在循环里加一个办理或者等待的环节。"},
	{Code: "shape.endless", Holds: "somebody can end a loop", Message: "“%s”可以一直循环下去，没有人能结束它。请给循环里的某个任务一个通向循环外的结果。"},
	{Code: "shape.unused", Holds: "everything is used", Message: "%s“%s”没有用到，请检查是否漏写了引用。", Notice: true},

	// Time.
	{Code: "time.limit", Holds: "every task has days, minutes, a clock or a reason", Message: "任务“%s”没有期限。请写 days、within 或者 clock；确实没有期限的，用 no_limit 写明理由。"},
	{Code: "time.limits", Holds: "a task has one limit", Message: "任务“%s”写了几种期限，只能写 days、within、clock、no_limit 中的一种。"},
	{Code: "time.unit", Holds: "a duration is of its kind", Message: "参数“%s”的单位是“%s”，这里要“%s”。"},
	{Code: "time.unset", Holds: "a duration has a value", Message: "参数“%s”没有值，县区公布以前算不出期限。", Notice: true},
	{Code: "time.publicity", Holds: "a publicity period has a length", Message: "公示“%s”没有写公示几日，请写 days（工作日）或者 calendar_days（日历日），也可以都写。"},
	{Code: "time.silence", Holds: "silence follows a due day and is of its kind", Message: "任务“%s”的 silence 写法不对：%s。"},
	{Code: "time.started", Holds: "every clock is started", Message: "时限“%s”从不开始计时。请在收到申请后的环节写 do: [{clock: %[1]s, turn: start}]。"},
	{Code: "time.stopped", Holds: "every clock is stopped", Message: "时限“%s”从不停止计时。请在办结的环节写 do: [{clock: %[1]s, turn: stop}]。"},
	{Code: "time.running", Holds: "a clock runs where a task is due by it", Message: "走到环节“%s”时，时限“%s”可能还没有开始计时。"},
	{Code: "time.pause", Holds: "a clock is paused only while the applicant has to act", Message: "时限“%s”不能在“%s”停止计时：那里要申请人办理才可以停。"},
	{Code: "time.wait", Holds: "a wait ends", Message: "环节“%s”没有写等到什么时候。请写 until、days 或者 event；等事件又没有期限的，用 no_limit 写明理由。"},

	// People.
	{Code: "people.role", Holds: "a role has a scope", Message: "没有角色“%s”%s"},
	{Code: "people.earlier", Holds: "excluded people acted earlier", Message: "“%s”不会在“%s”之前办理，写在这里没有作用。"},
	{Code: "people.actor", Holds: "people are named by their task", Message: "“%s”应当写成 submitter 或者 任务.actor。"},
	{Code: "people.payer", Holds: "who checked never pays", Message: "拨付“%s”没有排除“%s”的办理人。审核的人不能拨付，请在 exclude 里写 %[2]s.actor。"},
	{Code: "people.countersign", Holds: "who signs second is another person", Message: "核签“%s”没有排除第一个办理人，请在 exclude 里写 %s.actor。"},
	{Code: "people.starter", Holds: "who may apply is named", Message: "由网页或者接口发起的，要写 start.role。"},
	{Code: "people.start", Holds: "the way to start is described", Message: "由 %s 发起的，要写 start.%s。"},
	{Code: "people.anytime", Holds: "a person or an event interrupts", Message: "“%s”要写 role 或者 event，否则不会发生。"},

	// Law and money.
	{Code: "law.rego", Holds: "rules compile", Message: "规则编译不通过：%s。"},
	{Code: "law.literal", Holds: "a reason names its rule literally", Message: "规则编号要直接写在 lib.reason、lib.missing 里，不能是变量。"},
	{Code: "law.negated", Holds: "a rule holds where something is missing", Message: "没有 %s 时，这里的 not 不成立，规则什么也不说。请另写一条规则，再写 not 那条规则。"},
	{Code: "law.uncited", Holds: "every reason has METADATA", Message: "规则“%s”没有 METADATA，请写 title 和 custom.rule、custom.basis。"},
	{Code: "law.rule_title", Holds: "every rule has a title", Message: "规则“%s”的 METADATA 没有 title。"},
	{Code: "law.rule_twice", Holds: "a rule has METADATA once", Message: "规则“%s”的 METADATA 写了两次。"},
	{Code: "law.cite", Holds: "each refusal cites a binding text", Message: "规则“%s”的依据不够：%s。"},
	{Code: "law.unverified", Holds: "citations and values were compared with the original", Message: "%s还没有核对原文。", Notice: true},
	{Code: "law.amount", Holds: "an amount comes from a decision", Message: "金额“%s”应当写成 规则集.fen，并且规则集里要有 fen：金额只能来自裁定，不能来自表单。"},
	{Code: "law.decided", Holds: "an amount is decided before it is paid", Message: "不经规则集“%s”裁定也能走到拨付“%s”，请检查前面的环节。"},
	{Code: "law.publish", Holds: "publicity precedes payment", Message: "不经公示也能走到拨付“%s”，请把公示环节放在前面。"},
	{Code: "law.pay_once", Holds: "a case pays at most once", Message: "“%s”拨付以后还能再走到拨付“%s”，一个办件最多拨付一次。"},

	// Data.
	{Code: "data.form", Holds: "forms compile", Message: "表单“%s”有误：%s。"},
	{Code: "data.title", Holds: "every field has a title", Message: "表单“%s”的字段“%s”没有 title，办理人看不到名称。"},
	{Code: "data.option", Holds: "every option has a title", Message: "字段“%s”的选项 %s 没有名称。请在 description 里写，如“city 市级、county 县级”。"},
	{Code: "data.prefill", Holds: "what fills in a field is known and of its type", Message: "字段“%s”不能由 %s 填入。这个类型的字段可以写：%s。"},
	{Code: "data.paper", Holds: "papers compile", Message: "文书“%s”有误：%s。"},
	{Code: "data.date", Holds: "a date is a date", Message: "“%s”不是日期字段，请在表单里写 \"format\": \"date\"。"},
	{Code: "data.sealed", Holds: "sealed fields are in sealed rows only", Message: "加密字段“%s”只能放在 sealed: true 的行集里，%s 不能读它。"},

	// History.
	{Code: "history.bound", Holds: "the history of a case stays small", Message: "一个办件的历史最多可能有 %d 个事件、%d 次更新，超过 2000 和 1500。请写 period，或者减少 most。"},

	// What the program can run.
	{Code: "needs.interpreter", Holds: "the program can interpret the procedure", Message: "本版程序的解释器是第 %d 版，不能办理要第 %d 版的事项。请升级程序，或者改写 needs.interpreter。"},

	// Change.
	{Code: "change.forward", Holds: "running cases go forward only to what is the same or wider", Message: "在办的办件不能直接转到本版（running: forward）：%s。请改为 stay，或者写 migrate.yaml 用 map。"},
	{Code: "change.map", Holds: "a move of running cases is described", Message: "running: map 要有 migrate.yaml，并且写明旧版每个环节的去向：%s。"},

	// Overlays of counties.
	{Code: "overlay.kind", Holds: "an overlay is of this procedure", Message: "县区调整写的事项是“%s”，不是“%s”。"},
	{Code: "overlay.param", Holds: "a county tightens parameters only", Message: "县区只能把参数“%s”改严：现在是 %v，不能改为 %v。"},
	{Code: "overlay.days", Holds: "a county shortens limits only", Message: "县区只能缩短任务“%s”的期限，现在是 %s。"},
	{Code: "overlay.add", Holds: "an added task leads on, or ends where the procedure may end", Message: "增加的环节“%s”写法不对：%s。"},
	{Code: "overlay.basis", Holds: "an overlay has a basis", Message: "县区调整要写依据（basis）。"},

	// Cover by scenarios.
	{Code: "cover.none", Holds: "there are scenarios", Message: "还没有场景。请在 tests/ 里写，每一条走法都要有一个场景走过。"},
	{Code: "cover.transition", Holds: "every transition is in a scenario", Message: "没有一个场景走过“%s”，请在 tests/ 里补一个。"},
	{Code: "cover.offer", Holds: "every offer is expected in a scenario", Message: "没有一个场景核对过任务“%s”在裁定为 %s 时可以选的结果，请在 expect 里写 offer: [%s]。"},
	{Code: "cover.walk", Holds: "a scenario goes a way that exists", Message: "场景走不通：%s。"},
	{Code: "cover.facts", Holds: "a scenario fills in valid forms", Message: "场景里填的“%s”不符合表单：%s。"},
}

var checkByCode = func() map[string]Check {
	byCode := make(map[string]Check, len(Checks))
	for _, c := range Checks {
		byCode[c.Code] = c
	}
	return byCode
}()

// checkOf returns the check of a code. It panics for a code that is not in the table.
func checkOf(code string) Check {
	c, ok := checkByCode[code]
	if !ok {
		panic("procedures: no check " + code)
	}
	return c
}
