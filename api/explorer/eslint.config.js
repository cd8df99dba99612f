import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Forbids imports by alias; `../` is forbidden everywhere, so the alias is the only way out of a folder. */
const boundary = (files, forbidden) => ({
  files,
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: ["../*"], message: "Import across folders by the @/ alias." },
          { regex: "^@/gql(/index|/gql)?$", message: "Import documents from @/gql/graphql." },
          ...forbidden.map(([group, message]) => ({ group, message })),
        ],
      },
    ],
  },
});

const features = ["search", "asset", "sources", "sparql", "lineage", "graph"];
const appIsTop = [["@/app/*"], "Only main.tsx may import from app; imports run app -> features -> components, lib."];
const noFeature = [
  ["@/features/*"],
  "Components and lib know no feature; imports run app -> features -> components, lib.",
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/gql"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
  { files: ["src/**/*.{ts,tsx}"], ...reactHooks.configs.flat.recommended },
  boundary(["src/*.{ts,tsx}", "src/app/**/*.{ts,tsx}"], []),
  ...features.map((feature) =>
    boundary(
      [`src/features/${feature}/**/*.{ts,tsx}`],
      [
        appIsTop,
        [
          features.filter((other) => other !== feature).map((other) => `@/features/${other}/*`),
          "Features do not import each other; share by components or lib.",
        ],
      ],
    ),
  ),
  boundary(["src/components/**/*.{ts,tsx}"], [appIsTop, noFeature]),
  boundary(
    ["src/lib/**/*.{ts,tsx}"],
    [appIsTop, noFeature, [["@/components/*"], "lib is the lowest layer; it imports no component."]],
  ),
);
