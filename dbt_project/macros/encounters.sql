{# The encounter that a system's pseudonym stands for: many to one; a pseudonym that nothing describes joins nothing. #}
{% macro encounter_join(line, encounter, reference='encounter_key') %}
    left join {{ ref('xref_encounter') }} as {{ encounter }}_reference
        on {{ line }}.{{ reference }} = {{ encounter }}_reference.encounter_reference
    left join {{ ref('fct_encounter') }} as {{ encounter }}
        on {{ encounter }}_reference.encounter_key = {{ encounter }}.encounter_key
{%- endmacro %}
