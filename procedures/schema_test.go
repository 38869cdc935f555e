package procedures

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestTheSchemaForEditorsAgreesWithTheReader(t *testing.T) {
	raw, err := Schema()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("procedure", doc))
	schema, err := c.Compile("procedure")
	require.NoError(t, err)

	valid := func(text []byte) error {
		var root yaml.Node
		require.NoError(t, yaml.Unmarshal(text, &root))
		datesAsText(&root)
		var value any
		require.NoError(t, root.Decode(&value))
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		require.NoError(t, err)
		return schema.Validate(instance)
	}
	for _, name := range fixtures {
		text, err := os.ReadFile("testdata/" + name + "/procedure.yaml")
		require.NoError(t, err)
		require.NoError(t, valid(text), name)
	}
	text, err := os.ReadFile("testdata/rent_relief/procedure.yaml")
	require.NoError(t, err)
	for _, change := range [][2]string{{"silence:", "silense:"}, {"prefix: ZJ", "prefix: zj"}, {"running: stay", "running: stays"}, {"prefix: ZJ\n", ""}, {"title: 已撤回", "titel: 已撤回"}} {
		require.Error(t, valid(bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)), change[1])
	}
}
