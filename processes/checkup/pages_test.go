package checkup

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAClassHasAnAddressWhateverItIsCalled(t *testing.T) {
	require.Equal(t, "/checkups/TJ-1/classes/%E6%89%98%E5%B0%8F%E7%8F%AD", classPath("TJ-1", "托小班", ""))
	require.Equal(t, "/checkups/TJ-1/class?class=..", classPath("TJ-1", "..", ""))
	require.Equal(t, "/checkups/TJ-1/class/records?class=a%2Fb", classPath("TJ-1", "a/b", "/records"))
}
