package browse

import (
	"janitor/client/inventory"
)

// tags tell parents of one name apart, by id.
func tags(parents []inventory.Resource) map[string]string {
	named := make(map[string]string, len(parents))
	for _, p := range parents {
		named[p.Ref.ID] = p.Name
	}
	return inventory.Tags(named)
}
