package config

// The variables from which programs that call a server take its address, and who they are: the commands that do, and package
// client. They are no settings of a server's, and none of them is warned of.
const (
	URLVariable       = prefix + "URL"
	KeyVariable       = prefix + "API_KEY"
	PrincipalVariable = prefix + "PRINCIPAL"
	TenantVariable    = prefix + "TENANT"
)

// Variable is one of them.
type Variable struct{ Name, Help string }

// Variables returns the table of them, in the order of the documentation.
func Variables() []Variable {
	return []Variable{
		{URLVariable, "the server, such as https://asyncgate.example.com; by default the one on this machine"},
		{KeyVariable, "the API key; none is needed in development"},
		{PrincipalVariable, "whom to act as, kind:id: anybody in development, else a key with the scope admin is needed to be another"},
		{TenantVariable, "whose tasks they are, in development; else the key says it"},
	}
}

func isVariable(name string) bool {
	for _, v := range Variables() {
		if v.Name == name {
			return true
		}
	}
	return false
}
