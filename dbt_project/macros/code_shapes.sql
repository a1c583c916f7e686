{#
    Shapes of codes (canonical model, 2.3). Each macro is true of a code that has the shape, false or null of any other.
#}

{# Digits only, and so many that GS1 gives a meaning to them. #}
{% macro is_gs1_number(code) -%}
    ({{ without_pattern(code, '^[0-9]+$') }} = '' and length({{ code }}) in (8, 12, 13, 14, 18))
{%- endmacro %}

{#
    GTIN, GLN or SSCC with the right check digit: digits weighed 3 and 1 by turns from the right, the check digit itself
    with 1, add up to a multiple of ten. Zeros before the number change nothing.
#}
{% macro has_check_digit(code) -%}
    case when {{ is_gs1_number(code) }} then (
        {%- for place in range(1, 19) %}
        cast(substr(lpad({{ code }}, 18, '0'), {{ place }}, 1) as integer){{ ' * 3' if (18 - place) % 2 == 1 }}
        {{- ' +' if not loop.last }}
        {%- endfor %}
    ) % 10 = 0 else false end
{%- endmacro %}

{# ICD-10-PCS: seven characters, digits and capital letters without I and O. #}
{% macro is_icd10_pcs(code) -%} (length({{ code }}) = 7 and {{ without_pattern(code, '^[0-9A-HJ-NP-Z]+$') }} = '') {%- endmacro %}

{# MS-DRG: three digits. #}
{% macro is_ms_drg(code) -%} (length({{ code }}) = 3 and {{ without_pattern(code, '^[0-9]+$') }} = '') {%- endmacro %}

{# NDC as stored: eleven digits. #}
{% macro is_ndc(code) -%} (length({{ code }}) = 11 and {{ without_pattern(code, '^[0-9]+$') }} = '') {%- endmacro %}

{# A trade item: a GS1 number of one of the four lengths of a GTIN. #}
{% macro is_gtin(code) -%} (length({{ code }}) in (8, 12, 13, 14) and {{ has_check_digit(code) }}) {%- endmacro %}

{# A party or place: thirteen digits. #}
{% macro is_gln(code) -%} (length({{ code }}) = 13 and {{ has_check_digit(code) }}) {%- endmacro %}

{# HCPCS: a letter and four digits (level II), or CPT: five digits, or four and a letter. #}
{% macro is_hcpcs(code) -%}
    ({{ without_pattern(code, '^([A-V][0-9]{4}|[0-9]{4}[0-9A-Z])$') }} = '' and length({{ code }}) = 5)
{%- endmacro %}
