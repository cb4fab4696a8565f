printf 'apiVersion: egressctl/v1\nkind: Egress\nmetadata: {name: x}\nspec:\n  destinatoins: []\n' | egressctl generate -
