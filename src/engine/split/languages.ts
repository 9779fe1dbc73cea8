import type { SegmentKind } from "../../core/text/segment.ts";

/** How symbols look in a grammar of tree-sitter. */
export interface SymbolLanguage {
  readonly grammar: string;
  /** Node types that are symbols. */
  readonly symbols: Readonly<Record<string, SegmentKind>>;
  /** Node types that hold symbols and are no symbol themselves, besides blocks and declarations that are always looked into. */
  readonly containers: ReadonlySet<string>;
}

const ECMASCRIPT: Readonly<Record<string, SegmentKind>> = {
  function_declaration: "function",
  generator_function_declaration: "function",
  method_definition: "method",
  class_declaration: "class",
  abstract_class_declaration: "class",
  interface_declaration: "interface",
  type_alias_declaration: "type",
  enum_declaration: "type",
  internal_module: "module",
};

const containers = (...types: string[]): ReadonlySet<string> => new Set(types);

const typescript = (grammar: string): SymbolLanguage => ({
  grammar,
  symbols: ECMASCRIPT,
  containers: containers("export_statement", "class_body", "statement_block", "expression_statement", "ambient_declaration"),
});

const cpp: SymbolLanguage = {
  grammar: "cpp",
  symbols: {
    function_definition: "function",
    class_specifier: "class",
    struct_specifier: "class",
    enum_specifier: "type",
    namespace_definition: "module",
    type_definition: "type",
  },
  containers: containers("field_declaration_list", "declaration_list", "template_declaration", "linkage_specification"),
};

/** By the editor's language ids. */
export const LANGUAGES: Readonly<Record<string, SymbolLanguage>> = {
  typescript: typescript("typescript"),
  typescriptreact: typescript("tsx"),
  javascript: typescript("tsx"),
  javascriptreact: typescript("tsx"),
  python: {
    grammar: "python",
    symbols: { function_definition: "function", class_definition: "class" },
    containers: containers("decorated_definition", "block"),
  },
  go: {
    grammar: "go",
    symbols: { function_declaration: "function", method_declaration: "method", type_declaration: "type" },
    containers: containers(),
  },
  rust: {
    grammar: "rust",
    symbols: {
      function_item: "function",
      struct_item: "class",
      enum_item: "type",
      trait_item: "interface",
      impl_item: "class",
      mod_item: "module",
      macro_definition: "function",
      type_item: "type",
    },
    containers: containers("declaration_list"),
  },
  java: {
    grammar: "java",
    symbols: {
      class_declaration: "class",
      interface_declaration: "interface",
      enum_declaration: "type",
      record_declaration: "class",
      method_declaration: "method",
      constructor_declaration: "method",
    },
    containers: containers("class_body", "interface_body", "enum_body", "enum_body_declarations"),
  },
  c: cpp,
  cpp,
  csharp: {
    grammar: "c-sharp",
    symbols: {
      class_declaration: "class",
      struct_declaration: "class",
      record_declaration: "class",
      interface_declaration: "interface",
      enum_declaration: "type",
      method_declaration: "method",
      constructor_declaration: "method",
      property_declaration: "method",
      namespace_declaration: "module",
      local_function_statement: "function",
    },
    containers: containers("declaration_list", "file_scoped_namespace_declaration", "global_statement"),
  },
  ruby: {
    grammar: "ruby",
    symbols: { method: "method", singleton_method: "method", class: "class", module: "module" },
    containers: containers("body_statement"),
  },
  php: {
    grammar: "php",
    symbols: {
      function_definition: "function",
      method_declaration: "method",
      class_declaration: "class",
      interface_declaration: "interface",
      trait_declaration: "class",
      enum_declaration: "type",
    },
    containers: containers("declaration_list", "namespace_definition", "compound_statement"),
  },
};
