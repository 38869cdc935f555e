package nursery

// AttendanceState is a child's attendance on a day 出勤情况.
type AttendanceState string

// The states.
const (
	Present   AttendanceState = "present" // 出勤
	SickLeave AttendanceState = "sick"    // 病假
	OnLeave   AttendanceState = "leave"   // 事假
	NotThere  AttendanceState = "absent"  // 未到, 未请假
)

// AttendanceStates returns the states in the order in which forms list them.
func AttendanceStates() []AttendanceState {
	return []AttendanceState{Present, SickLeave, OnLeave, NotThere}
}

// Title returns the Chinese name of the state, or the code itself when it is unknown.
func (a AttendanceState) Title() string {
	return title(map[AttendanceState]string{Present: "出勤", SickLeave: "病假", OnLeave: "事假", NotThere: "未到"}, a)
}
