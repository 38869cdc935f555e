package web

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestADeviceIsCalledAsPeopleCallIt(t *testing.T) {
	for agent, name := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":                 "Windows 电脑，Edge 浏览器",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0 Mobile Safari/537.36 MicroMessenger/8": "安卓手机或者平板，微信",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1":      "苹果手机，苹果浏览器",
		"curl/8": "未知设备",
	} {
		require.Equal(t, name, deviceName(agent))
	}
}

func TestOneIsLedWithinThesePagesOnly(t *testing.T) {
	for given, want := range map[string]string{
		"/tasks?view=mine": "/tasks?view=mine", "": "/home", "tasks": "/home", "//evil.example": "/home", "https://evil.example/": "/home",
		`/\evil.example`: "/home", "/a\r\nSet-Cookie: x": "/home",
	} {
		require.Equal(t, want, LocalPath(given), given)
	}
}
