package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/store/storetest"
)

func TestAProcedureIsPublishedByTwoAccountsAtTheCommandLine(t *testing.T) {
	t.Setenv("TUOYU_DATABASE_URL", storetest.URL(t))
	const folder = "../../procedures/library/use_award"
	does := func(want int, arguments ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		require.Equal(t, want, run(t.Context(), append([]string{"procedure"}, arguments...), &out, &errs), "%s%s", out.String(), errs.String())
		return out.String() + errs.String()
	}
	require.Contains(t, does(0, "preview", folder), "比较了 0 件办件、0 次裁定，有 0 处不同")
	require.Contains(t, does(exitFailed, "publish", folder, "--propose-as", "author", "--approve-as", "author"), "another account")
	require.Empty(t, does(0, "list"))
	require.Contains(t, does(0, "publish", folder, "--propose-as", "author", "--approve-as", "approver"), folder+": 发布 ")
	require.Contains(t, does(0, "publish", folder, "--propose-as", "author", "--approve-as", "approver"), folder+": 已经发布 ")
	require.Regexp(t, `(?m)^[0-9a-f]{12}  use_award  .*  已发布  `, does(0, "list"))
}
