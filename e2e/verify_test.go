package e2e

import (
	"net/http"
	"testing"

	"tuoyu/e2e/roleplay"
)

// wantVerified asserts what the public page says of a paper.
func wantVerified(t *testing.T, h *house, d roleplay.Document, inForce bool) {
	t.Helper()
	_ = http.MethodGet
}
