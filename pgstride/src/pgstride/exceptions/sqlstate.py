"""One class per SQLSTATE. Written by tools/generate_errors.py from its table."""

from __future__ import annotations

from pgstride.exceptions._base import PostgresError, PostgresLogMessage

__all__ = (
    "ActiveSQLTransactionError",
    "AdminShutdownError",
    "AmbiguousAliasError",
    "AmbiguousColumnError",
    "AmbiguousFunctionError",
    "AmbiguousParameterError",
    "ArraySubscriptError",
    "AssertError",
    "BadCopyFileFormatError",
    "BranchTransactionAlreadyActiveError",
    "CannotCoerceError",
    "CannotConnectNowError",
    "CantChangeRuntimeParamError",
    "CardinalityViolationError",
    "CaseNotFoundError",
    "CharacterNotInRepertoireError",
    "CheckViolationError",
    "ClientCannotConnectError",
    "CollationMismatchError",
    "ConfigFileError",
    "ConfigurationLimitExceededError",
    "ConnectionDoesNotExistError",
    "ConnectionFailureError",
    "ConnectionRejectionError",
    "ContainingSQLNotPermittedError",
    "CrashShutdownError",
    "DataCorruptedError",
    "DataError",
    "DatabaseDroppedError",
    "DatatypeMismatchError",
    "DatetimeFieldOverflowError",
    "DeadlockDetectedError",
    "DependentObjectsStillExistError",
    "DependentPrivilegeDescriptorsStillExistError",
    "DeprecatedFeature",
    "DiagnosticsError",
    "DiskFullError",
    "DivisionByZeroError",
    "DuplicateAliasError",
    "DuplicateColumnError",
    "DuplicateCursorError",
    "DuplicateDatabaseError",
    "DuplicateFileError",
    "DuplicateFunctionError",
    "DuplicateJsonObjectKeyValueError",
    "DuplicateObjectError",
    "DuplicatePreparedStatementError",
    "DuplicateSchemaError",
    "DuplicateTableError",
    "DynamicResultSetsReturned",
    "ErrorInAssignmentError",
    "EscapeCharacterConflictError",
    "EventTriggerProtocolViolatedError",
    "ExclusionViolationError",
    "ExternalRoutineError",
    "ExternalRoutineInvocationError",
    "FDWColumnNameNotFoundError",
    "FDWDynamicParameterValueNeededError",
    "FDWError",
    "FDWFunctionSequenceError",
    "FDWInconsistentDescriptorInformationError",
    "FDWInvalidAttributeValueError",
    "FDWInvalidColumnNameError",
    "FDWInvalidColumnNumberError",
    "FDWInvalidDataTypeDescriptorsError",
    "FDWInvalidDataTypeError",
    "FDWInvalidDescriptorFieldIdentifierError",
    "FDWInvalidHandleError",
    "FDWInvalidOptionIndexError",
    "FDWInvalidOptionNameError",
    "FDWInvalidStringFormatError",
    "FDWInvalidStringLengthOrBufferLengthError",
    "FDWInvalidUseOfNullPointerError",
    "FDWNoSchemasError",
    "FDWOptionNameNotFoundError",
    "FDWOutOfMemoryError",
    "FDWReplyHandleError",
    "FDWSchemaNotFoundError",
    "FDWTableNotFoundError",
    "FDWTooManyHandlesError",
    "FDWUnableToCreateExecutionError",
    "FDWUnableToCreateReplyError",
    "FDWUnableToEstablishConnectionError",
    "FeatureNotSupportedError",
    "FileNameTooLongError",
    "ForeignKeyViolationError",
    "FunctionExecutedNoReturnStatementError",
    "GeneratedAlwaysError",
    "GroupingError",
    "HeldCursorRequiresSameIsolationLevelError",
    "IdleInTransactionSessionTimeoutError",
    "IdleSessionTimeoutError",
    "ImplicitZeroBitPadding",
    "InFailedSQLTransactionError",
    "InappropriateAccessModeForBranchTransactionError",
    "InappropriateIsolationLevelForBranchTransactionError",
    "IndeterminateCollationError",
    "IndeterminateDatatypeError",
    "IndexCorruptedError",
    "IndicatorOverflowError",
    "InsufficientPrivilegeError",
    "InsufficientResourcesError",
    "IntegrityConstraintViolationError",
    "InternalServerError",
    "IntervalFieldOverflowError",
    "InvalidArgumentForLogarithmError",
    "InvalidArgumentForNthValueFunctionError",
    "InvalidArgumentForNtileFunctionError",
    "InvalidArgumentForPowerFunctionError",
    "InvalidArgumentForSQLJsonDatetimeFunctionError",
    "InvalidArgumentForWidthBucketFunctionError",
    "InvalidArgumentForXqueryError",
    "InvalidAuthorizationSpecificationError",
    "InvalidBinaryRepresentationError",
    "InvalidCatalogNameError",
    "InvalidCharacterValueForCastError",
    "InvalidColumnDefinitionError",
    "InvalidColumnReferenceError",
    "InvalidCursorDefinitionError",
    "InvalidCursorNameError",
    "InvalidCursorStateError",
    "InvalidDatabaseDefinitionError",
    "InvalidDatetimeFormatError",
    "InvalidEscapeCharacterError",
    "InvalidEscapeOctetError",
    "InvalidEscapeSequenceError",
    "InvalidForeignKeyError",
    "InvalidFunctionDefinitionError",
    "InvalidGrantOperationError",
    "InvalidGrantorError",
    "InvalidIndicatorParameterValueError",
    "InvalidJsonTextError",
    "InvalidLocatorSpecificationError",
    "InvalidNameError",
    "InvalidObjectDefinitionError",
    "InvalidParameterValueError",
    "InvalidPasswordError",
    "InvalidPrecedingOrFollowingSizeError",
    "InvalidPreparedStatementDefinitionError",
    "InvalidRecursionError",
    "InvalidRegularExpressionError",
    "InvalidRoleSpecificationError",
    "InvalidRowCountInLimitClauseError",
    "InvalidRowCountInResultOffsetClauseError",
    "InvalidSQLJsonSubscriptError",
    "InvalidSQLStatementNameError",
    "InvalidSavepointSpecificationError",
    "InvalidSchemaDefinitionError",
    "InvalidSchemaNameError",
    "InvalidSqlstateReturnedError",
    "InvalidTableDefinitionError",
    "InvalidTablesampleArgumentError",
    "InvalidTablesampleRepeatError",
    "InvalidTextRepresentationError",
    "InvalidTimeZoneDisplacementValueError",
    "InvalidTransactionInitiationError",
    "InvalidTransactionStateError",
    "InvalidTransactionTerminationError",
    "InvalidUseOfEscapeCharacterError",
    "InvalidXmlCommentError",
    "InvalidXmlContentError",
    "InvalidXmlDocumentError",
    "InvalidXmlProcessingInstructionError",
    "LocatorError",
    "LockFileExistsError",
    "LockNotAvailableError",
    "ModifyingExternalRoutineSQLDataNotPermittedError",
    "ModifyingSQLDataNotPermittedError",
    "MoreThanOneSQLJsonItemError",
    "MostSpecificTypeMismatchError",
    "NameTooLongError",
    "NoActiveSQLTransactionError",
    "NoActiveSQLTransactionForBranchTransactionError",
    "NoAdditionalDynamicResultSetsReturned",
    "NoData",
    "NoDataFoundError",
    "NoSQLJsonItemError",
    "NonNumericSQLJsonItemError",
    "NonUniqueKeysInAJsonObjectError",
    "NonstandardUseOfEscapeCharacterError",
    "NotAnXmlDocumentError",
    "NotNullViolationError",
    "NullValueEliminatedInSetFunction",
    "NullValueInExternalRoutineNotAllowedError",
    "NullValueNoIndicatorParameterError",
    "NullValueNotAllowedError",
    "NumericValueOutOfRangeError",
    "ObjectInUseError",
    "ObjectNotInPrerequisiteStateError",
    "OperatorInterventionError",
    "OutOfMemoryError",
    "PLPGSQLError",
    "PostgresConnectionError",
    "PostgresFloatingPointError",
    "PostgresIOError",
    "PostgresSyntaxError",
    "PostgresSystemError",
    "PostgresWarning",
    "PrivilegeNotGranted",
    "PrivilegeNotRevoked",
    "ProgramLimitExceededError",
    "ProhibitedExternalRoutineSQLStatementAttemptedError",
    "ProhibitedSQLStatementAttemptedError",
    "ProtocolViolationError",
    "QueryCanceledError",
    "RaiseError",
    "ReadOnlySQLTransactionError",
    "ReadingExternalRoutineSQLDataNotPermittedError",
    "ReadingSQLDataNotPermittedError",
    "ReservedNameError",
    "RestrictViolationError",
    "SQLJsonArrayNotFoundError",
    "SQLJsonItemCannotBeCastToTargetTypeError",
    "SQLJsonMemberNotFoundError",
    "SQLJsonNumberNotFoundError",
    "SQLJsonObjectNotFoundError",
    "SQLJsonScalarRequiredError",
    "SQLRoutineError",
    "SQLStatementNotYetCompleteError",
    "SavepointError",
    "SchemaAndDataStatementMixingNotSupportedError",
    "SequenceGeneratorLimitExceededError",
    "SerializationError",
    "SingletonSQLJsonItemRequiredError",
    "SnapshotTooOldError",
    "SrfProtocolViolatedError",
    "StackedDiagnosticsAccessedWithoutActiveHandlerError",
    "StatementCompletionUnknownError",
    "StatementTooComplexError",
    "StringDataLengthMismatchError",
    "StringDataRightTruncation",
    "StringDataRightTruncationError",
    "SubstringError",
    "SyntaxOrAccessError",
    "TooManyArgumentsError",
    "TooManyColumnsError",
    "TooManyConnectionsError",
    "TooManyJsonArrayElementsError",
    "TooManyJsonObjectMembersError",
    "TooManyRowsError",
    "TransactionIntegrityConstraintViolationError",
    "TransactionResolutionUnknownError",
    "TransactionRollbackError",
    "TransactionTimeoutError",
    "TriggerProtocolViolatedError",
    "TriggeredActionError",
    "TriggeredDataChangeViolationError",
    "TrimError",
    "UndefinedColumnError",
    "UndefinedFileError",
    "UndefinedFunctionError",
    "UndefinedObjectError",
    "UndefinedParameterError",
    "UndefinedTableError",
    "UniqueViolationError",
    "UnsafeNewEnumValueUsageError",
    "UnterminatedCStringError",
    "UntranslatableCharacterError",
    "WindowingError",
    "WithCheckOptionViolationError",
    "WrongObjectTypeError",
    "ZeroLengthCharacterStringError",
)


class PostgresWarning(PostgresLogMessage, Warning):
    """``warning``, SQLSTATE 01000."""

    sqlstate = "01000"


class NullValueEliminatedInSetFunction(PostgresWarning):
    """``null_value_eliminated_in_set_function``, SQLSTATE 01003."""

    sqlstate = "01003"


class StringDataRightTruncation(PostgresWarning):
    """``string_data_right_truncation``, SQLSTATE 01004."""

    sqlstate = "01004"


class PrivilegeNotRevoked(PostgresWarning):
    """``privilege_not_revoked``, SQLSTATE 01006."""

    sqlstate = "01006"


class PrivilegeNotGranted(PostgresWarning):
    """``privilege_not_granted``, SQLSTATE 01007."""

    sqlstate = "01007"


class ImplicitZeroBitPadding(PostgresWarning):
    """``implicit_zero_bit_padding``, SQLSTATE 01008."""

    sqlstate = "01008"


class DynamicResultSetsReturned(PostgresWarning):
    """``dynamic_result_sets_returned``, SQLSTATE 0100C."""

    sqlstate = "0100C"


class DeprecatedFeature(PostgresWarning):
    """``deprecated_feature``, SQLSTATE 01P01."""

    sqlstate = "01P01"


class NoData(PostgresWarning):
    """``no_data``, SQLSTATE 02000."""

    sqlstate = "02000"


class NoAdditionalDynamicResultSetsReturned(NoData):
    """``no_additional_dynamic_result_sets_returned``, SQLSTATE 02001."""

    sqlstate = "02001"


class SQLStatementNotYetCompleteError(PostgresError):
    """``sql_statement_not_yet_complete``, SQLSTATE 03000."""

    sqlstate = "03000"


class PostgresConnectionError(PostgresError):
    """``connection_exception``, SQLSTATE 08000."""

    sqlstate = "08000"


class ClientCannotConnectError(PostgresConnectionError):
    """``sqlclient_unable_to_establish_sqlconnection``, SQLSTATE 08001."""

    sqlstate = "08001"


class ConnectionDoesNotExistError(PostgresConnectionError):
    """``connection_does_not_exist``, SQLSTATE 08003."""

    sqlstate = "08003"


class ConnectionRejectionError(PostgresConnectionError):
    """``sqlserver_rejected_establishment_of_sqlconnection``, SQLSTATE 08004."""

    sqlstate = "08004"


class ConnectionFailureError(PostgresConnectionError):
    """``connection_failure``, SQLSTATE 08006."""

    sqlstate = "08006"


class TransactionResolutionUnknownError(PostgresConnectionError):
    """``transaction_resolution_unknown``, SQLSTATE 08007."""

    sqlstate = "08007"


class ProtocolViolationError(PostgresConnectionError):
    """``protocol_violation``, SQLSTATE 08P01."""

    sqlstate = "08P01"


class TriggeredActionError(PostgresError):
    """``triggered_action_exception``, SQLSTATE 09000."""

    sqlstate = "09000"


class FeatureNotSupportedError(PostgresError):
    """``feature_not_supported``, SQLSTATE 0A000."""

    sqlstate = "0A000"


class InvalidTransactionInitiationError(PostgresError):
    """``invalid_transaction_initiation``, SQLSTATE 0B000."""

    sqlstate = "0B000"


class LocatorError(PostgresError):
    """``locator_exception``, SQLSTATE 0F000."""

    sqlstate = "0F000"


class InvalidLocatorSpecificationError(LocatorError):
    """``invalid_locator_specification``, SQLSTATE 0F001."""

    sqlstate = "0F001"


class InvalidGrantorError(PostgresError):
    """``invalid_grantor``, SQLSTATE 0L000."""

    sqlstate = "0L000"


class InvalidGrantOperationError(InvalidGrantorError):
    """``invalid_grant_operation``, SQLSTATE 0LP01."""

    sqlstate = "0LP01"


class InvalidRoleSpecificationError(PostgresError):
    """``invalid_role_specification``, SQLSTATE 0P000."""

    sqlstate = "0P000"


class DiagnosticsError(PostgresError):
    """``diagnostics_exception``, SQLSTATE 0Z000."""

    sqlstate = "0Z000"


class StackedDiagnosticsAccessedWithoutActiveHandlerError(DiagnosticsError):
    """``stacked_diagnostics_accessed_without_active_handler``, SQLSTATE 0Z002."""

    sqlstate = "0Z002"


class InvalidArgumentForXqueryError(PostgresError):
    """``invalid_argument_for_xquery``, SQLSTATE 10608."""

    sqlstate = "10608"


class CaseNotFoundError(PostgresError):
    """``case_not_found``, SQLSTATE 20000."""

    sqlstate = "20000"


class CardinalityViolationError(PostgresError):
    """``cardinality_violation``, SQLSTATE 21000."""

    sqlstate = "21000"


class DataError(PostgresError):
    """``data_exception``, SQLSTATE 22000."""

    sqlstate = "22000"


class StringDataRightTruncationError(DataError):
    """``string_data_right_truncation``, SQLSTATE 22001."""

    sqlstate = "22001"


class NullValueNoIndicatorParameterError(DataError):
    """``null_value_no_indicator_parameter``, SQLSTATE 22002."""

    sqlstate = "22002"


class NumericValueOutOfRangeError(DataError):
    """``numeric_value_out_of_range``, SQLSTATE 22003."""

    sqlstate = "22003"


class NullValueNotAllowedError(DataError):
    """``null_value_not_allowed``, SQLSTATE 22004."""

    sqlstate = "22004"


class ErrorInAssignmentError(DataError):
    """``error_in_assignment``, SQLSTATE 22005."""

    sqlstate = "22005"


class InvalidDatetimeFormatError(DataError):
    """``invalid_datetime_format``, SQLSTATE 22007."""

    sqlstate = "22007"


class DatetimeFieldOverflowError(DataError):
    """``datetime_field_overflow``, SQLSTATE 22008."""

    sqlstate = "22008"


class InvalidTimeZoneDisplacementValueError(DataError):
    """``invalid_time_zone_displacement_value``, SQLSTATE 22009."""

    sqlstate = "22009"


class EscapeCharacterConflictError(DataError):
    """``escape_character_conflict``, SQLSTATE 2200B."""

    sqlstate = "2200B"


class InvalidUseOfEscapeCharacterError(DataError):
    """``invalid_use_of_escape_character``, SQLSTATE 2200C."""

    sqlstate = "2200C"


class InvalidEscapeOctetError(DataError):
    """``invalid_escape_octet``, SQLSTATE 2200D."""

    sqlstate = "2200D"


class ZeroLengthCharacterStringError(DataError):
    """``zero_length_character_string``, SQLSTATE 2200F."""

    sqlstate = "2200F"


class MostSpecificTypeMismatchError(DataError):
    """``most_specific_type_mismatch``, SQLSTATE 2200G."""

    sqlstate = "2200G"


class SequenceGeneratorLimitExceededError(DataError):
    """``sequence_generator_limit_exceeded``, SQLSTATE 2200H."""

    sqlstate = "2200H"


class NotAnXmlDocumentError(DataError):
    """``not_an_xml_document``, SQLSTATE 2200L."""

    sqlstate = "2200L"


class InvalidXmlDocumentError(DataError):
    """``invalid_xml_document``, SQLSTATE 2200M."""

    sqlstate = "2200M"


class InvalidXmlContentError(DataError):
    """``invalid_xml_content``, SQLSTATE 2200N."""

    sqlstate = "2200N"


class InvalidXmlCommentError(DataError):
    """``invalid_xml_comment``, SQLSTATE 2200S."""

    sqlstate = "2200S"


class InvalidXmlProcessingInstructionError(DataError):
    """``invalid_xml_processing_instruction``, SQLSTATE 2200T."""

    sqlstate = "2200T"


class InvalidIndicatorParameterValueError(DataError):
    """``invalid_indicator_parameter_value``, SQLSTATE 22010."""

    sqlstate = "22010"


class SubstringError(DataError):
    """``substring_error``, SQLSTATE 22011."""

    sqlstate = "22011"


class DivisionByZeroError(DataError):
    """``division_by_zero``, SQLSTATE 22012."""

    sqlstate = "22012"


class InvalidPrecedingOrFollowingSizeError(DataError):
    """``invalid_preceding_or_following_size``, SQLSTATE 22013."""

    sqlstate = "22013"


class InvalidArgumentForNtileFunctionError(DataError):
    """``invalid_argument_for_ntile_function``, SQLSTATE 22014."""

    sqlstate = "22014"


class IntervalFieldOverflowError(DataError):
    """``interval_field_overflow``, SQLSTATE 22015."""

    sqlstate = "22015"


class InvalidArgumentForNthValueFunctionError(DataError):
    """``invalid_argument_for_nth_value_function``, SQLSTATE 22016."""

    sqlstate = "22016"


class InvalidCharacterValueForCastError(DataError):
    """``invalid_character_value_for_cast``, SQLSTATE 22018."""

    sqlstate = "22018"


class InvalidEscapeCharacterError(DataError):
    """``invalid_escape_character``, SQLSTATE 22019."""

    sqlstate = "22019"


class InvalidRegularExpressionError(DataError):
    """``invalid_regular_expression``, SQLSTATE 2201B."""

    sqlstate = "2201B"


class InvalidArgumentForLogarithmError(DataError):
    """``invalid_argument_for_logarithm``, SQLSTATE 2201E."""

    sqlstate = "2201E"


class InvalidArgumentForPowerFunctionError(DataError):
    """``invalid_argument_for_power_function``, SQLSTATE 2201F."""

    sqlstate = "2201F"


class InvalidArgumentForWidthBucketFunctionError(DataError):
    """``invalid_argument_for_width_bucket_function``, SQLSTATE 2201G."""

    sqlstate = "2201G"


class InvalidRowCountInLimitClauseError(DataError):
    """``invalid_row_count_in_limit_clause``, SQLSTATE 2201W."""

    sqlstate = "2201W"


class InvalidRowCountInResultOffsetClauseError(DataError):
    """``invalid_row_count_in_result_offset_clause``, SQLSTATE 2201X."""

    sqlstate = "2201X"


class CharacterNotInRepertoireError(DataError):
    """``character_not_in_repertoire``, SQLSTATE 22021."""

    sqlstate = "22021"


class IndicatorOverflowError(DataError):
    """``indicator_overflow``, SQLSTATE 22022."""

    sqlstate = "22022"


class InvalidParameterValueError(DataError):
    """``invalid_parameter_value``, SQLSTATE 22023."""

    sqlstate = "22023"


class UnterminatedCStringError(DataError):
    """``unterminated_c_string``, SQLSTATE 22024."""

    sqlstate = "22024"


class InvalidEscapeSequenceError(DataError):
    """``invalid_escape_sequence``, SQLSTATE 22025."""

    sqlstate = "22025"


class StringDataLengthMismatchError(DataError):
    """``string_data_length_mismatch``, SQLSTATE 22026."""

    sqlstate = "22026"


class TrimError(DataError):
    """``trim_error``, SQLSTATE 22027."""

    sqlstate = "22027"


class ArraySubscriptError(DataError):
    """``array_subscript_error``, SQLSTATE 2202E."""

    sqlstate = "2202E"


class InvalidTablesampleRepeatError(DataError):
    """``invalid_tablesample_repeat``, SQLSTATE 2202G."""

    sqlstate = "2202G"


class InvalidTablesampleArgumentError(DataError):
    """``invalid_tablesample_argument``, SQLSTATE 2202H."""

    sqlstate = "2202H"


class DuplicateJsonObjectKeyValueError(DataError):
    """``duplicate_json_object_key_value``, SQLSTATE 22030."""

    sqlstate = "22030"


class InvalidArgumentForSQLJsonDatetimeFunctionError(DataError):
    """``invalid_argument_for_sql_json_datetime_function``, SQLSTATE 22031."""

    sqlstate = "22031"


class InvalidJsonTextError(DataError):
    """``invalid_json_text``, SQLSTATE 22032."""

    sqlstate = "22032"


class InvalidSQLJsonSubscriptError(DataError):
    """``invalid_sql_json_subscript``, SQLSTATE 22033."""

    sqlstate = "22033"


class MoreThanOneSQLJsonItemError(DataError):
    """``more_than_one_sql_json_item``, SQLSTATE 22034."""

    sqlstate = "22034"


class NoSQLJsonItemError(DataError):
    """``no_sql_json_item``, SQLSTATE 22035."""

    sqlstate = "22035"


class NonNumericSQLJsonItemError(DataError):
    """``non_numeric_sql_json_item``, SQLSTATE 22036."""

    sqlstate = "22036"


class NonUniqueKeysInAJsonObjectError(DataError):
    """``non_unique_keys_in_a_json_object``, SQLSTATE 22037."""

    sqlstate = "22037"


class SingletonSQLJsonItemRequiredError(DataError):
    """``singleton_sql_json_item_required``, SQLSTATE 22038."""

    sqlstate = "22038"


class SQLJsonArrayNotFoundError(DataError):
    """``sql_json_array_not_found``, SQLSTATE 22039."""

    sqlstate = "22039"


class SQLJsonMemberNotFoundError(DataError):
    """``sql_json_member_not_found``, SQLSTATE 2203A."""

    sqlstate = "2203A"


class SQLJsonNumberNotFoundError(DataError):
    """``sql_json_number_not_found``, SQLSTATE 2203B."""

    sqlstate = "2203B"


class SQLJsonObjectNotFoundError(DataError):
    """``sql_json_object_not_found``, SQLSTATE 2203C."""

    sqlstate = "2203C"


class TooManyJsonArrayElementsError(DataError):
    """``too_many_json_array_elements``, SQLSTATE 2203D."""

    sqlstate = "2203D"


class TooManyJsonObjectMembersError(DataError):
    """``too_many_json_object_members``, SQLSTATE 2203E."""

    sqlstate = "2203E"


class SQLJsonScalarRequiredError(DataError):
    """``sql_json_scalar_required``, SQLSTATE 2203F."""

    sqlstate = "2203F"


class SQLJsonItemCannotBeCastToTargetTypeError(DataError):
    """``sql_json_item_cannot_be_cast_to_target_type``, SQLSTATE 2203G."""

    sqlstate = "2203G"


class PostgresFloatingPointError(DataError):
    """``floating_point_exception``, SQLSTATE 22P01."""

    sqlstate = "22P01"


class InvalidTextRepresentationError(DataError):
    """``invalid_text_representation``, SQLSTATE 22P02."""

    sqlstate = "22P02"


class InvalidBinaryRepresentationError(DataError):
    """``invalid_binary_representation``, SQLSTATE 22P03."""

    sqlstate = "22P03"


class BadCopyFileFormatError(DataError):
    """``bad_copy_file_format``, SQLSTATE 22P04."""

    sqlstate = "22P04"


class UntranslatableCharacterError(DataError):
    """``untranslatable_character``, SQLSTATE 22P05."""

    sqlstate = "22P05"


class NonstandardUseOfEscapeCharacterError(DataError):
    """``nonstandard_use_of_escape_character``, SQLSTATE 22P06."""

    sqlstate = "22P06"


class IntegrityConstraintViolationError(PostgresError):
    """``integrity_constraint_violation``, SQLSTATE 23000."""

    sqlstate = "23000"


class RestrictViolationError(IntegrityConstraintViolationError):
    """``restrict_violation``, SQLSTATE 23001."""

    sqlstate = "23001"


class NotNullViolationError(IntegrityConstraintViolationError):
    """``not_null_violation``, SQLSTATE 23502."""

    sqlstate = "23502"


class ForeignKeyViolationError(IntegrityConstraintViolationError):
    """``foreign_key_violation``, SQLSTATE 23503."""

    sqlstate = "23503"


class UniqueViolationError(IntegrityConstraintViolationError):
    """``unique_violation``, SQLSTATE 23505."""

    sqlstate = "23505"


class CheckViolationError(IntegrityConstraintViolationError):
    """``check_violation``, SQLSTATE 23514."""

    sqlstate = "23514"


class ExclusionViolationError(IntegrityConstraintViolationError):
    """``exclusion_violation``, SQLSTATE 23P01."""

    sqlstate = "23P01"


class InvalidCursorStateError(PostgresError):
    """``invalid_cursor_state``, SQLSTATE 24000."""

    sqlstate = "24000"


class InvalidTransactionStateError(PostgresError):
    """``invalid_transaction_state``, SQLSTATE 25000."""

    sqlstate = "25000"


class ActiveSQLTransactionError(InvalidTransactionStateError):
    """``active_sql_transaction``, SQLSTATE 25001."""

    sqlstate = "25001"


class BranchTransactionAlreadyActiveError(InvalidTransactionStateError):
    """``branch_transaction_already_active``, SQLSTATE 25002."""

    sqlstate = "25002"


class InappropriateAccessModeForBranchTransactionError(InvalidTransactionStateError):
    """``inappropriate_access_mode_for_branch_transaction``, SQLSTATE 25003."""

    sqlstate = "25003"


class InappropriateIsolationLevelForBranchTransactionError(InvalidTransactionStateError):
    """``inappropriate_isolation_level_for_branch_transaction``, SQLSTATE 25004."""

    sqlstate = "25004"


class NoActiveSQLTransactionForBranchTransactionError(InvalidTransactionStateError):
    """``no_active_sql_transaction_for_branch_transaction``, SQLSTATE 25005."""

    sqlstate = "25005"


class ReadOnlySQLTransactionError(InvalidTransactionStateError):
    """``read_only_sql_transaction``, SQLSTATE 25006."""

    sqlstate = "25006"


class SchemaAndDataStatementMixingNotSupportedError(InvalidTransactionStateError):
    """``schema_and_data_statement_mixing_not_supported``, SQLSTATE 25007."""

    sqlstate = "25007"


class HeldCursorRequiresSameIsolationLevelError(InvalidTransactionStateError):
    """``held_cursor_requires_same_isolation_level``, SQLSTATE 25008."""

    sqlstate = "25008"


class NoActiveSQLTransactionError(InvalidTransactionStateError):
    """``no_active_sql_transaction``, SQLSTATE 25P01."""

    sqlstate = "25P01"


class InFailedSQLTransactionError(InvalidTransactionStateError):
    """``in_failed_sql_transaction``, SQLSTATE 25P02."""

    sqlstate = "25P02"


class IdleInTransactionSessionTimeoutError(InvalidTransactionStateError):
    """``idle_in_transaction_session_timeout``, SQLSTATE 25P03."""

    sqlstate = "25P03"


class TransactionTimeoutError(InvalidTransactionStateError):
    """``transaction_timeout``, SQLSTATE 25P04."""

    sqlstate = "25P04"


class InvalidSQLStatementNameError(PostgresError):
    """``invalid_sql_statement_name``, SQLSTATE 26000."""

    sqlstate = "26000"


class TriggeredDataChangeViolationError(PostgresError):
    """``triggered_data_change_violation``, SQLSTATE 27000."""

    sqlstate = "27000"


class InvalidAuthorizationSpecificationError(PostgresError):
    """``invalid_authorization_specification``, SQLSTATE 28000."""

    sqlstate = "28000"


class InvalidPasswordError(InvalidAuthorizationSpecificationError):
    """``invalid_password``, SQLSTATE 28P01."""

    sqlstate = "28P01"


class DependentPrivilegeDescriptorsStillExistError(PostgresError):
    """``dependent_privilege_descriptors_still_exist``, SQLSTATE 2B000."""

    sqlstate = "2B000"


class DependentObjectsStillExistError(DependentPrivilegeDescriptorsStillExistError):
    """``dependent_objects_still_exist``, SQLSTATE 2BP01."""

    sqlstate = "2BP01"


class InvalidTransactionTerminationError(PostgresError):
    """``invalid_transaction_termination``, SQLSTATE 2D000."""

    sqlstate = "2D000"


class SQLRoutineError(PostgresError):
    """``sql_routine_exception``, SQLSTATE 2F000."""

    sqlstate = "2F000"


class ModifyingSQLDataNotPermittedError(SQLRoutineError):
    """``modifying_sql_data_not_permitted``, SQLSTATE 2F002."""

    sqlstate = "2F002"


class ProhibitedSQLStatementAttemptedError(SQLRoutineError):
    """``prohibited_sql_statement_attempted``, SQLSTATE 2F003."""

    sqlstate = "2F003"


class ReadingSQLDataNotPermittedError(SQLRoutineError):
    """``reading_sql_data_not_permitted``, SQLSTATE 2F004."""

    sqlstate = "2F004"


class FunctionExecutedNoReturnStatementError(SQLRoutineError):
    """``function_executed_no_return_statement``, SQLSTATE 2F005."""

    sqlstate = "2F005"


class InvalidCursorNameError(PostgresError):
    """``invalid_cursor_name``, SQLSTATE 34000."""

    sqlstate = "34000"


class ExternalRoutineError(PostgresError):
    """``external_routine_exception``, SQLSTATE 38000."""

    sqlstate = "38000"


class ContainingSQLNotPermittedError(ExternalRoutineError):
    """``containing_sql_not_permitted``, SQLSTATE 38001."""

    sqlstate = "38001"


class ModifyingExternalRoutineSQLDataNotPermittedError(ExternalRoutineError):
    """``modifying_sql_data_not_permitted``, SQLSTATE 38002."""

    sqlstate = "38002"


class ProhibitedExternalRoutineSQLStatementAttemptedError(ExternalRoutineError):
    """``prohibited_sql_statement_attempted``, SQLSTATE 38003."""

    sqlstate = "38003"


class ReadingExternalRoutineSQLDataNotPermittedError(ExternalRoutineError):
    """``reading_sql_data_not_permitted``, SQLSTATE 38004."""

    sqlstate = "38004"


class ExternalRoutineInvocationError(PostgresError):
    """``external_routine_invocation_exception``, SQLSTATE 39000."""

    sqlstate = "39000"


class InvalidSqlstateReturnedError(ExternalRoutineInvocationError):
    """``invalid_sqlstate_returned``, SQLSTATE 39001."""

    sqlstate = "39001"


class NullValueInExternalRoutineNotAllowedError(ExternalRoutineInvocationError):
    """``null_value_not_allowed``, SQLSTATE 39004."""

    sqlstate = "39004"


class TriggerProtocolViolatedError(ExternalRoutineInvocationError):
    """``trigger_protocol_violated``, SQLSTATE 39P01."""

    sqlstate = "39P01"


class SrfProtocolViolatedError(ExternalRoutineInvocationError):
    """``srf_protocol_violated``, SQLSTATE 39P02."""

    sqlstate = "39P02"


class EventTriggerProtocolViolatedError(ExternalRoutineInvocationError):
    """``event_trigger_protocol_violated``, SQLSTATE 39P03."""

    sqlstate = "39P03"


class SavepointError(PostgresError):
    """``savepoint_exception``, SQLSTATE 3B000."""

    sqlstate = "3B000"


class InvalidSavepointSpecificationError(SavepointError):
    """``invalid_savepoint_specification``, SQLSTATE 3B001."""

    sqlstate = "3B001"


class InvalidCatalogNameError(PostgresError):
    """``invalid_catalog_name``, SQLSTATE 3D000."""

    sqlstate = "3D000"


class InvalidSchemaNameError(PostgresError):
    """``invalid_schema_name``, SQLSTATE 3F000."""

    sqlstate = "3F000"


class TransactionRollbackError(PostgresError):
    """``transaction_rollback``, SQLSTATE 40000."""

    sqlstate = "40000"


class SerializationError(TransactionRollbackError):
    """``serialization_failure``, SQLSTATE 40001."""

    sqlstate = "40001"


class TransactionIntegrityConstraintViolationError(TransactionRollbackError):
    """``transaction_integrity_constraint_violation``, SQLSTATE 40002."""

    sqlstate = "40002"


class StatementCompletionUnknownError(TransactionRollbackError):
    """``statement_completion_unknown``, SQLSTATE 40003."""

    sqlstate = "40003"


class DeadlockDetectedError(TransactionRollbackError):
    """``deadlock_detected``, SQLSTATE 40P01."""

    sqlstate = "40P01"


class SyntaxOrAccessError(PostgresError):
    """``syntax_error_or_access_rule_violation``, SQLSTATE 42000."""

    sqlstate = "42000"


class InsufficientPrivilegeError(SyntaxOrAccessError):
    """``insufficient_privilege``, SQLSTATE 42501."""

    sqlstate = "42501"


class PostgresSyntaxError(SyntaxOrAccessError):
    """``syntax_error``, SQLSTATE 42601."""

    sqlstate = "42601"


class InvalidNameError(SyntaxOrAccessError):
    """``invalid_name``, SQLSTATE 42602."""

    sqlstate = "42602"


class InvalidColumnDefinitionError(SyntaxOrAccessError):
    """``invalid_column_definition``, SQLSTATE 42611."""

    sqlstate = "42611"


class NameTooLongError(SyntaxOrAccessError):
    """``name_too_long``, SQLSTATE 42622."""

    sqlstate = "42622"


class DuplicateColumnError(SyntaxOrAccessError):
    """``duplicate_column``, SQLSTATE 42701."""

    sqlstate = "42701"


class AmbiguousColumnError(SyntaxOrAccessError):
    """``ambiguous_column``, SQLSTATE 42702."""

    sqlstate = "42702"


class UndefinedColumnError(SyntaxOrAccessError):
    """``undefined_column``, SQLSTATE 42703."""

    sqlstate = "42703"


class UndefinedObjectError(SyntaxOrAccessError):
    """``undefined_object``, SQLSTATE 42704."""

    sqlstate = "42704"


class DuplicateObjectError(SyntaxOrAccessError):
    """``duplicate_object``, SQLSTATE 42710."""

    sqlstate = "42710"


class DuplicateAliasError(SyntaxOrAccessError):
    """``duplicate_alias``, SQLSTATE 42712."""

    sqlstate = "42712"


class DuplicateFunctionError(SyntaxOrAccessError):
    """``duplicate_function``, SQLSTATE 42723."""

    sqlstate = "42723"


class AmbiguousFunctionError(SyntaxOrAccessError):
    """``ambiguous_function``, SQLSTATE 42725."""

    sqlstate = "42725"


class GroupingError(SyntaxOrAccessError):
    """``grouping_error``, SQLSTATE 42803."""

    sqlstate = "42803"


class DatatypeMismatchError(SyntaxOrAccessError):
    """``datatype_mismatch``, SQLSTATE 42804."""

    sqlstate = "42804"


class WrongObjectTypeError(SyntaxOrAccessError):
    """``wrong_object_type``, SQLSTATE 42809."""

    sqlstate = "42809"


class InvalidForeignKeyError(SyntaxOrAccessError):
    """``invalid_foreign_key``, SQLSTATE 42830."""

    sqlstate = "42830"


class CannotCoerceError(SyntaxOrAccessError):
    """``cannot_coerce``, SQLSTATE 42846."""

    sqlstate = "42846"


class UndefinedFunctionError(SyntaxOrAccessError):
    """``undefined_function``, SQLSTATE 42883."""

    sqlstate = "42883"


class GeneratedAlwaysError(SyntaxOrAccessError):
    """``generated_always``, SQLSTATE 428C9."""

    sqlstate = "428C9"


class ReservedNameError(SyntaxOrAccessError):
    """``reserved_name``, SQLSTATE 42939."""

    sqlstate = "42939"


class UndefinedTableError(SyntaxOrAccessError):
    """``undefined_table``, SQLSTATE 42P01."""

    sqlstate = "42P01"


class UndefinedParameterError(SyntaxOrAccessError):
    """``undefined_parameter``, SQLSTATE 42P02."""

    sqlstate = "42P02"


class DuplicateCursorError(SyntaxOrAccessError):
    """``duplicate_cursor``, SQLSTATE 42P03."""

    sqlstate = "42P03"


class DuplicateDatabaseError(SyntaxOrAccessError):
    """``duplicate_database``, SQLSTATE 42P04."""

    sqlstate = "42P04"


class DuplicatePreparedStatementError(SyntaxOrAccessError):
    """``duplicate_prepared_statement``, SQLSTATE 42P05."""

    sqlstate = "42P05"


class DuplicateSchemaError(SyntaxOrAccessError):
    """``duplicate_schema``, SQLSTATE 42P06."""

    sqlstate = "42P06"


class DuplicateTableError(SyntaxOrAccessError):
    """``duplicate_table``, SQLSTATE 42P07."""

    sqlstate = "42P07"


class AmbiguousParameterError(SyntaxOrAccessError):
    """``ambiguous_parameter``, SQLSTATE 42P08."""

    sqlstate = "42P08"


class AmbiguousAliasError(SyntaxOrAccessError):
    """``ambiguous_alias``, SQLSTATE 42P09."""

    sqlstate = "42P09"


class InvalidColumnReferenceError(SyntaxOrAccessError):
    """``invalid_column_reference``, SQLSTATE 42P10."""

    sqlstate = "42P10"


class InvalidCursorDefinitionError(SyntaxOrAccessError):
    """``invalid_cursor_definition``, SQLSTATE 42P11."""

    sqlstate = "42P11"


class InvalidDatabaseDefinitionError(SyntaxOrAccessError):
    """``invalid_database_definition``, SQLSTATE 42P12."""

    sqlstate = "42P12"


class InvalidFunctionDefinitionError(SyntaxOrAccessError):
    """``invalid_function_definition``, SQLSTATE 42P13."""

    sqlstate = "42P13"


class InvalidPreparedStatementDefinitionError(SyntaxOrAccessError):
    """``invalid_prepared_statement_definition``, SQLSTATE 42P14."""

    sqlstate = "42P14"


class InvalidSchemaDefinitionError(SyntaxOrAccessError):
    """``invalid_schema_definition``, SQLSTATE 42P15."""

    sqlstate = "42P15"


class InvalidTableDefinitionError(SyntaxOrAccessError):
    """``invalid_table_definition``, SQLSTATE 42P16."""

    sqlstate = "42P16"


class InvalidObjectDefinitionError(SyntaxOrAccessError):
    """``invalid_object_definition``, SQLSTATE 42P17."""

    sqlstate = "42P17"


class IndeterminateDatatypeError(SyntaxOrAccessError):
    """``indeterminate_datatype``, SQLSTATE 42P18."""

    sqlstate = "42P18"


class InvalidRecursionError(SyntaxOrAccessError):
    """``invalid_recursion``, SQLSTATE 42P19."""

    sqlstate = "42P19"


class WindowingError(SyntaxOrAccessError):
    """``windowing_error``, SQLSTATE 42P20."""

    sqlstate = "42P20"


class CollationMismatchError(SyntaxOrAccessError):
    """``collation_mismatch``, SQLSTATE 42P21."""

    sqlstate = "42P21"


class IndeterminateCollationError(SyntaxOrAccessError):
    """``indeterminate_collation``, SQLSTATE 42P22."""

    sqlstate = "42P22"


class WithCheckOptionViolationError(PostgresError):
    """``with_check_option_violation``, SQLSTATE 44000."""

    sqlstate = "44000"


class InsufficientResourcesError(PostgresError):
    """``insufficient_resources``, SQLSTATE 53000."""

    sqlstate = "53000"


class DiskFullError(InsufficientResourcesError):
    """``disk_full``, SQLSTATE 53100."""

    sqlstate = "53100"


class OutOfMemoryError(InsufficientResourcesError):
    """``out_of_memory``, SQLSTATE 53200."""

    sqlstate = "53200"


class TooManyConnectionsError(InsufficientResourcesError):
    """``too_many_connections``, SQLSTATE 53300."""

    sqlstate = "53300"


class ConfigurationLimitExceededError(InsufficientResourcesError):
    """``configuration_limit_exceeded``, SQLSTATE 53400."""

    sqlstate = "53400"


class ProgramLimitExceededError(PostgresError):
    """``program_limit_exceeded``, SQLSTATE 54000."""

    sqlstate = "54000"


class StatementTooComplexError(ProgramLimitExceededError):
    """``statement_too_complex``, SQLSTATE 54001."""

    sqlstate = "54001"


class TooManyColumnsError(ProgramLimitExceededError):
    """``too_many_columns``, SQLSTATE 54011."""

    sqlstate = "54011"


class TooManyArgumentsError(ProgramLimitExceededError):
    """``too_many_arguments``, SQLSTATE 54023."""

    sqlstate = "54023"


class ObjectNotInPrerequisiteStateError(PostgresError):
    """``object_not_in_prerequisite_state``, SQLSTATE 55000."""

    sqlstate = "55000"


class ObjectInUseError(ObjectNotInPrerequisiteStateError):
    """``object_in_use``, SQLSTATE 55006."""

    sqlstate = "55006"


class CantChangeRuntimeParamError(ObjectNotInPrerequisiteStateError):
    """``cant_change_runtime_param``, SQLSTATE 55P02."""

    sqlstate = "55P02"


class LockNotAvailableError(ObjectNotInPrerequisiteStateError):
    """``lock_not_available``, SQLSTATE 55P03."""

    sqlstate = "55P03"


class UnsafeNewEnumValueUsageError(ObjectNotInPrerequisiteStateError):
    """``unsafe_new_enum_value_usage``, SQLSTATE 55P04."""

    sqlstate = "55P04"


class OperatorInterventionError(PostgresError):
    """``operator_intervention``, SQLSTATE 57000."""

    sqlstate = "57000"


class QueryCanceledError(OperatorInterventionError):
    """``query_canceled``, SQLSTATE 57014."""

    sqlstate = "57014"


class AdminShutdownError(OperatorInterventionError):
    """``admin_shutdown``, SQLSTATE 57P01."""

    sqlstate = "57P01"


class CrashShutdownError(OperatorInterventionError):
    """``crash_shutdown``, SQLSTATE 57P02."""

    sqlstate = "57P02"


class CannotConnectNowError(OperatorInterventionError):
    """``cannot_connect_now``, SQLSTATE 57P03."""

    sqlstate = "57P03"


class DatabaseDroppedError(OperatorInterventionError):
    """``database_dropped``, SQLSTATE 57P04."""

    sqlstate = "57P04"


class IdleSessionTimeoutError(OperatorInterventionError):
    """``idle_session_timeout``, SQLSTATE 57P05."""

    sqlstate = "57P05"


class PostgresSystemError(PostgresError):
    """``system_error``, SQLSTATE 58000."""

    sqlstate = "58000"


class PostgresIOError(PostgresSystemError):
    """``io_error``, SQLSTATE 58030."""

    sqlstate = "58030"


class UndefinedFileError(PostgresSystemError):
    """``undefined_file``, SQLSTATE 58P01."""

    sqlstate = "58P01"


class DuplicateFileError(PostgresSystemError):
    """``duplicate_file``, SQLSTATE 58P02."""

    sqlstate = "58P02"


class FileNameTooLongError(PostgresSystemError):
    """``file_name_too_long``, SQLSTATE 58P03."""

    sqlstate = "58P03"


class SnapshotTooOldError(PostgresError):
    """``snapshot_too_old``, SQLSTATE 72000."""

    sqlstate = "72000"


class ConfigFileError(PostgresError):
    """``config_file_error``, SQLSTATE F0000."""

    sqlstate = "F0000"


class LockFileExistsError(ConfigFileError):
    """``lock_file_exists``, SQLSTATE F0001."""

    sqlstate = "F0001"


class FDWError(PostgresError):
    """``fdw_error``, SQLSTATE HV000."""

    sqlstate = "HV000"


class FDWOutOfMemoryError(FDWError):
    """``fdw_out_of_memory``, SQLSTATE HV001."""

    sqlstate = "HV001"


class FDWDynamicParameterValueNeededError(FDWError):
    """``fdw_dynamic_parameter_value_needed``, SQLSTATE HV002."""

    sqlstate = "HV002"


class FDWInvalidDataTypeError(FDWError):
    """``fdw_invalid_data_type``, SQLSTATE HV004."""

    sqlstate = "HV004"


class FDWColumnNameNotFoundError(FDWError):
    """``fdw_column_name_not_found``, SQLSTATE HV005."""

    sqlstate = "HV005"


class FDWInvalidDataTypeDescriptorsError(FDWError):
    """``fdw_invalid_data_type_descriptors``, SQLSTATE HV006."""

    sqlstate = "HV006"


class FDWInvalidColumnNameError(FDWError):
    """``fdw_invalid_column_name``, SQLSTATE HV007."""

    sqlstate = "HV007"


class FDWInvalidColumnNumberError(FDWError):
    """``fdw_invalid_column_number``, SQLSTATE HV008."""

    sqlstate = "HV008"


class FDWInvalidUseOfNullPointerError(FDWError):
    """``fdw_invalid_use_of_null_pointer``, SQLSTATE HV009."""

    sqlstate = "HV009"


class FDWInvalidStringFormatError(FDWError):
    """``fdw_invalid_string_format``, SQLSTATE HV00A."""

    sqlstate = "HV00A"


class FDWInvalidHandleError(FDWError):
    """``fdw_invalid_handle``, SQLSTATE HV00B."""

    sqlstate = "HV00B"


class FDWInvalidOptionIndexError(FDWError):
    """``fdw_invalid_option_index``, SQLSTATE HV00C."""

    sqlstate = "HV00C"


class FDWInvalidOptionNameError(FDWError):
    """``fdw_invalid_option_name``, SQLSTATE HV00D."""

    sqlstate = "HV00D"


class FDWOptionNameNotFoundError(FDWError):
    """``fdw_option_name_not_found``, SQLSTATE HV00J."""

    sqlstate = "HV00J"


class FDWReplyHandleError(FDWError):
    """``fdw_reply_handle``, SQLSTATE HV00K."""

    sqlstate = "HV00K"


class FDWUnableToCreateExecutionError(FDWError):
    """``fdw_unable_to_create_execution``, SQLSTATE HV00L."""

    sqlstate = "HV00L"


class FDWUnableToCreateReplyError(FDWError):
    """``fdw_unable_to_create_reply``, SQLSTATE HV00M."""

    sqlstate = "HV00M"


class FDWUnableToEstablishConnectionError(FDWError):
    """``fdw_unable_to_establish_connection``, SQLSTATE HV00N."""

    sqlstate = "HV00N"


class FDWNoSchemasError(FDWError):
    """``fdw_no_schemas``, SQLSTATE HV00P."""

    sqlstate = "HV00P"


class FDWSchemaNotFoundError(FDWError):
    """``fdw_schema_not_found``, SQLSTATE HV00Q."""

    sqlstate = "HV00Q"


class FDWTableNotFoundError(FDWError):
    """``fdw_table_not_found``, SQLSTATE HV00R."""

    sqlstate = "HV00R"


class FDWFunctionSequenceError(FDWError):
    """``fdw_function_sequence_error``, SQLSTATE HV010."""

    sqlstate = "HV010"


class FDWTooManyHandlesError(FDWError):
    """``fdw_too_many_handles``, SQLSTATE HV014."""

    sqlstate = "HV014"


class FDWInconsistentDescriptorInformationError(FDWError):
    """``fdw_inconsistent_descriptor_information``, SQLSTATE HV021."""

    sqlstate = "HV021"


class FDWInvalidAttributeValueError(FDWError):
    """``fdw_invalid_attribute_value``, SQLSTATE HV024."""

    sqlstate = "HV024"


class FDWInvalidStringLengthOrBufferLengthError(FDWError):
    """``fdw_invalid_string_length_or_buffer_length``, SQLSTATE HV090."""

    sqlstate = "HV090"


class FDWInvalidDescriptorFieldIdentifierError(FDWError):
    """``fdw_invalid_descriptor_field_identifier``, SQLSTATE HV091."""

    sqlstate = "HV091"


class PLPGSQLError(PostgresError):
    """``plpgsql_error``, SQLSTATE P0000."""

    sqlstate = "P0000"


class RaiseError(PLPGSQLError):
    """``raise_exception``, SQLSTATE P0001."""

    sqlstate = "P0001"


class NoDataFoundError(PLPGSQLError):
    """``no_data_found``, SQLSTATE P0002."""

    sqlstate = "P0002"


class TooManyRowsError(PLPGSQLError):
    """``too_many_rows``, SQLSTATE P0003."""

    sqlstate = "P0003"


class AssertError(PLPGSQLError):
    """``assert_failure``, SQLSTATE P0004."""

    sqlstate = "P0004"


class InternalServerError(PostgresError):
    """``internal_error``, SQLSTATE XX000."""

    sqlstate = "XX000"


class DataCorruptedError(InternalServerError):
    """``data_corrupted``, SQLSTATE XX001."""

    sqlstate = "XX001"


class IndexCorruptedError(InternalServerError):
    """``index_corrupted``, SQLSTATE XX002."""

    sqlstate = "XX002"
